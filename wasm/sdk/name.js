// A friendly name for a tab. It is kept in sessionStorage, so that a reload
// keeps it; but a tab opened by another one, or duplicated, gets a copy of that
// storage. So a name is only taken while nobody else in this browser holds its
// lock. Identity is never kept there.

const animals = (
  'alpaca ant badger bat bear beaver bee beetle bison boar bobcat buffalo camel cat cheetah cobra cod condor coyote crab ' +
  'crane cricket crow deer dingo dodo dolphin donkey dove duck eagle eel elk emu falcon ferret finch fox frog gazelle gecko ' +
  'gibbon goat goose grouse gull hare hawk hedgehog heron hippo hornet horse hyena ibex ibis iguana impala jackal jaguar jay ' +
  'kiwi koala krill lark lemur leopard lion lizard llama lobster lynx macaw magpie mole moose moth mouse mule newt ocelot ' +
  'octopus okapi orca oryx osprey otter owl ox oyster panda parrot pelican penguin pika pony puffin puma python quail rabbit ' +
  'raccoon ram raven robin salmon seal shark sheep shrew skunk sloth snail sparrow squid stoat stork swan tapir tiger toad ' +
  'toucan trout tuna turtle viper vole walrus wasp weasel whale wolf wombat wren yak zebra'
).split(' ')

const storageKey = 'understudy-name'

// How long, in ms, a page waits for the name it had: a reloaded page's lock is
// free within about 30, on a busy machine within some hundred. A page that
// another one opened has a copy of that one's name, and hardly ever gets it.
const patience = 1000
const patienceOfOpened = 150
const tries = 20

export function randomName(random = Math.random) {
  return animals[Math.floor(random() * animals.length)]
}

let claimed // one name per page: a page with two rooms is the same tab in both

// Resolves to this tab's name, which is its own in this browser for as long as
// the page lives. Where there are no locks, names may meet.
export function claimName(env = globalThis) {
  claimed ??= claim(env)
  return claimed
}

async function claim(env) {
  const storage = sessionStorageOf(env)
  const kept = storage?.getItem(storageKey)
  const wait = env.opener ? patienceOfOpened : patience
  let name = kept || randomName()
  for (let n = 0; n < tries && !(await hold(env, name, n === 0 && kept ? wait : 0)); n++) {
    name = randomName()
  }
  storage?.setItem(storageKey, name)
  return name
}

// Private windows and sandboxed frames throw where others have a storage.
function sessionStorageOf(env) {
  try {
    return env.sessionStorage
  } catch {
    return undefined
  }
}

// Takes the name's lock until the page ends; resolves to whether it did.
function hold(env, name, wait) {
  const locks = env.navigator?.locks
  if (!locks) return Promise.resolve(true)
  const options = wait > 0 ? { signal: AbortSignal.timeout(wait) } : { ifAvailable: true }
  return new Promise((resolve) => {
    locks
      .request(`understudy-name:${name}`, options, (lock) => {
        resolve(lock !== null)
        return lock === null ? undefined : new Promise((release) => releases.add(release))
      })
      .catch(() => resolve(false))
  })
}

const releases = new Set()

// A page in the back/forward cache would keep its lock: it gives the name up
// when it goes, and takes one again when it comes back.
export function releaseName() {
  for (const release of releases) release()
  releases.clear()
  claimed = undefined
}
