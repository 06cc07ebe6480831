import { describeStore } from './describe-store.ts'
import { sqlitePlace } from './place.ts'

describeStore('sqlite', sqlitePlace)
