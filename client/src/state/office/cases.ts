// What the phone does not hold, the centre may: it is asked by words, or for one case.
export { fetchCase, searchCases } from '../../net/cases'
