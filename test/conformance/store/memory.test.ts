import { describeStore } from './describe-store.ts'
import { memoryPlace } from './place.ts'

describeStore('memory', memoryPlace)
