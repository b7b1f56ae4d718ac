// The program of the thread that sends what a process could not: see egress/last.ts.
import { workerData } from 'node:worker_threads'
import type { LastWork } from './egress/last.ts'
import { sendAll } from './egress/last-thread.ts'

void sendAll(workerData as LastWork)
