import type { CaseView } from '../../state/contract'
import { recentRoads } from './roads'

const grammar = { area: '{}，', side: '{}侧', post: ' {} 号灯杆旁', sides: ['东', '西', '南', '北'] }
const now = Date.UTC(2026, 6, 1)
const view = (address: string, hoursAgo: number, mine = true) => ({ mine, case: { id: address, address, reportedAt: now - hoursAgo * 3_600_000 } }) as CaseView

test('the last roads that one wrote oneself, each once, the newest first', () => {
  const views = [
    view('建设路东侧', 9), view('华垅社区，时代大道西侧 012 号灯杆旁', 1), view('建设路西侧 3 号灯杆旁', 2), view('别人路东侧', 0, false), view('银行门口', 1),
    view('泰山路', 3), view('珠江路北侧', 5), view('很久以前路', 200),
  ]
  expect(recentRoads(views, ['华垅社区'], grammar, now)).toEqual(['时代大道', '建设路', '泰山路'])
})
