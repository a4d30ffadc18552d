import assert from 'node:assert/strict'
import { test } from 'node:test'
import { claimName, randomName, releaseName } from '../name.js'

// The locks of one browser, with the rules of the Web Locks API that matter here.
class Browser {
  held = new Set()

  locks = {
    request: async (name, { ifAvailable, signal }, granted) => {
      while (this.held.has(name)) {
        if (ifAvailable) return granted(null)
        if (signal.aborted) throw signal.reason
        await new Promise((resolve) => setTimeout(resolve, 5))
      }
      this.held.add(name)
      await granted({ name })
      this.held.delete(name)
    },
  }

  tab(kept) {
    const stored = new Map(kept ? [['understudy-name', kept]] : [])
    return {
      navigator: { locks: this.locks },
      sessionStorage: { getItem: (key) => stored.get(key) ?? null, setItem: (key, value) => stored.set(key, value) },
      stored,
    }
  }
}

test('a reload keeps the name, and two rooms of a page share it', async () => {
  const env = new Browser().tab('otter')
  assert.equal(await claimName(env), 'otter')
  assert.equal(await claimName(env), 'otter')
  releaseName()
})

test('a clone does not get the name of the tab it was copied from', async () => {
  const browser = new Browser()
  browser.held.add('understudy-name:otter')
  const env = browser.tab('otter')
  const name = await claimName(env)
  assert.notEqual(name, 'otter')
  assert.equal(env.stored.get('understudy-name'), name)
  releaseName()
})

test('a name whose page has just gone is waited for', async () => {
  const browser = new Browser()
  browser.held.add('understudy-name:otter')
  setTimeout(() => browser.held.delete('understudy-name:otter'), 30)
  assert.equal(await claimName(browser.tab('otter')), 'otter')
  releaseName()
})

test('without storage and locks there is still a name', async () => {
  const env = { get sessionStorage() { throw new Error('denied') } }
  assert.match(await claimName(env), /^[a-z]+$/)
  releaseName()
})

test('random names use the whole list', () => {
  assert.equal(randomName(() => 0), 'alpaca')
  assert.equal(randomName(() => 0.999999), 'zebra')
})
