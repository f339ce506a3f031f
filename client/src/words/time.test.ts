import { describe, expect, it } from 'vitest'
import { age, clock, exact, near, startOfDay } from './time'
import { bytes } from './size'

const minute = 60_000
const hour = 60 * minute
/** 2026-11-23 14:05:09 in Shanghai */
const now = Date.UTC(2026, 10, 23, 6, 5, 9)

describe('near', () => {
  it.each([
    [0, '刚刚'],
    [59_999, '刚刚'],
    [minute, '1 分钟前'],
    [59 * minute + 59_999, '59 分钟前'],
    [hour, '今天 13:05'],
    [14 * hour + 5 * minute, '今天 00:00'],
    [14 * hour + 6 * minute, '昨天 23:59'],
    [24 * hour, '昨天 14:05'],
    [48 * hour, '11月21日 14:05'],
    [365 * 24 * hour, '2025年11月23日 14:05'],
  ])('%d ms ago is %s', (past, words) => {
    expect(near(now - past, now)).toBe(words)
  })

  it('says a clock time for what a wrong clock puts ahead', () => {
    expect(near(now + 30_000, now)).toBe('刚刚')
    expect(near(now + 2 * hour, now)).toBe('今天 16:05')
  })
})

it('exact times have seconds and a year, midnight is 00', () => {
  expect(exact(now)).toBe('2026年11月23日 14:05:09')
  expect(exact(Date.UTC(2026, 10, 22, 16, 0, 0))).toBe('2026年11月23日 00:00:00')
})

it('a day is the zone\'s day, not the phone\'s', () => {
  expect(startOfDay(now)).toBe(Date.UTC(2026, 10, 22, 16, 0))
  expect(startOfDay(Date.UTC(2026, 10, 22, 16, 0))).toBe(Date.UTC(2026, 10, 22, 16, 0))
  expect(startOfDay(Date.UTC(2026, 10, 22, 15, 59, 59, 999))).toBe(Date.UTC(2026, 10, 21, 16, 0))
  expect([clock(now), clock(Date.UTC(2026, 10, 22, 16, 0))]).toEqual(['14:05', '00:00'])
})

it('ages count seconds, minutes, hours, and never below zero', () => {
  expect([-5, 3_400, 90_000, 3 * hour].map(age)).toEqual(['0 秒前', '3 秒前', '1 分钟前', '3 小时前'])
})

it('sizes are short', () => {
  expect([0, 640, 1_000, 999_400, 999_600, 3_440_000, 52_428_800, 12e9].map(bytes)).toEqual([
    '0 B', '640 B', '1 kB', '999 kB', '1.0 MB', '3.4 MB', '52 MB', '12 GB',
  ])
})
