// The centre's half of telling this device by Web Push.
export { pushes } from '../net/push'
