// Reads `go test -json` and shows what a person wants of it: a line per
// package, and for a test that failed everything it said. Appends
// "passed failed skipped" to the file named by the first argument.
// With NO_SKIP=1 a skipped test fails the run: where everything has been
// installed, a test that finds something missing must not be silent about it.
import { appendFileSync } from 'node:fs';
import { createInterface } from 'node:readline';

const [, , countsFile] = process.argv;
const noSkip = process.env.NO_SKIP === '1';
const passed = [], failed = [], skipped = [], brokenPackages = [];
const said = new Map(); // "package test" -> lines

const key = (event) => `${event.Package} ${event.Test ?? ''}`;

function show(event) {
  process.stdout.write((said.get(key(event)) ?? []).join(''));
}

function onTest(event) {
  if (event.Action === 'pass') {
    passed.push(key(event));
  } else if (event.Action === 'skip') {
    skipped.push(key(event));
    if (noSkip) show(event);
  } else {
    failed.push(key(event));
    show(event);
  }
  said.delete(key(event));
}

function onPackage(event) {
  if (event.Action === 'fail') {
    brokenPackages.push(event.Package);
    // Tests that were running when the process died, then the package itself.
    for (const [name, lines] of said) {
      if (name.startsWith(`${event.Package} `)) process.stdout.write(lines.join(''));
    }
  } else {
    const summary = (said.get(key(event)) ?? []).filter((line) => /^(ok|PASS|\?)\s+\S/.test(line));
    process.stdout.write(summary.join(''));
  }
}

for await (const line of createInterface({ input: process.stdin })) {
  let event;
  try {
    event = JSON.parse(line);
  } catch {
    console.log(line); // what the toolchain says before a test starts
    continue;
  }
  if (event.Action === 'build-output') {
    process.stdout.write(event.Output);
  } else if (event.Action === 'output') {
    const lines = said.get(key(event)) ?? [];
    lines.push(event.Output);
    said.set(key(event), lines);
  } else if (['pass', 'fail', 'skip'].includes(event.Action)) {
    if (event.Test) onTest(event);
    else onPackage(event);
  }
}

// A package that did not build, or died outside of a test, counts as one.
const died = brokenPackages.filter((name) => !failed.some((test) => test.startsWith(`${name} `)));
const bad = failed.length + died.length + (noSkip ? skipped.length : 0);
for (const name of skipped) console.log(`skipped: ${name}`);
console.log(`${passed.length} tests passed, ${bad} failed, ${skipped.length} skipped`);
appendFileSync(countsFile, `${passed.length} ${bad} ${skipped.length}\n`);
process.exitCode = bad > 0 ? 1 : 0;
