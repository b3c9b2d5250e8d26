import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Defect, defects } from '../fixtures/toy-channel.ts'
import { pullDefects, pulledToySubject } from '../fixtures/toy-pulled.ts'
import { toySubject } from '../fixtures/toy-subject.ts'
import { channelChecks, channelContract } from './channel.ts'
import type { ChannelSubject } from './channel-subject.ts'
import { openWorld, type World } from './channel-world.ts'

channelContract('toy', () => toySubject())
channelContract('toy (pulled)', () => pulledToySubject())

describe('the contract catches a channel that', () => {
  let world: World
  beforeAll(async () => {
    world = await openWorld()
  })
  afterAll(() => world.close())

  it.each(Object.entries(defects))('%s: by the check "%s"', async (defect, id) => {
    const check = channelChecks.find((c) => c.id === id)!
    const subject = (await toySubject(defect as Defect)) as unknown as ChannelSubject
    await expect(check.run(subject, world)).rejects.toThrow()
  })

  // Nobody waits for the answer to a press that is only announced.
  const pullable = Object.entries({ ...defects, ...pullDefects }).filter(([, id]) => id !== 'card-answer')
  it.each(pullable)('%s, also where its messages are pulled: by the check "%s"', async (defect, id) => {
    const check = channelChecks.find((c) => c.id === id)!
    const subject = (await pulledToySubject(defect as Defect)) as unknown as ChannelSubject
    await expect(check.run(subject, world).finally(() => subject.close!())).rejects.toThrow()
  })
})

describe('the contract has no check that cannot fail', () => {
  const caught = new Set<string>(Object.values({ ...defects, ...pullDefects }))
  it.each(channelChecks.map((check) => check.id))('%s is failed by a defect of the toy channel', (id) => {
    expect(caught.has(id)).toBe(true)
  })
})
