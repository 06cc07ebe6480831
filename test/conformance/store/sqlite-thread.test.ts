import { describeStore } from './describe-store.ts'
import { threadedPlace } from './place.ts'

describeStore('sqlite, written by its thread', threadedPlace)
