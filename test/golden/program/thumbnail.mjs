// A thread that draws: it joins the trace of whoever made it.
import { workerData } from 'node:worker_threads'
import { observe } from 'telltale/function'
import { inherit } from 'telltale/process'

inherit(() => observe('thumbnail.draw', { high: { item: workerData } }, () => workerData.length))
