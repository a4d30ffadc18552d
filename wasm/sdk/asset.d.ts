// What a bundler gives for worker.js or understudy.wasm imported as an asset.
declare const url: string
export default url
