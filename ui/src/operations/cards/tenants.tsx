// Who uses the service: what each tenant has stored (of the whole service, mostly) beside what it asked of this instance.
import { useMemo } from 'preact/hooks'
import type { TenantsFigure } from '../../../../src/console/figures/tenants.ts'
import type { TenantRow } from '../../../../src/inventory/tenants.ts'
import { Button } from '../../parts/button.tsx'
import { countText, durationText, percentText, plural, rateText } from '../../parts/format.ts'
import { type Column, type Sort, Table } from '../../parts/table.tsx'
import { query, setQuery } from '../../shell/place.ts'
import { Card, ScopeMark, Unset } from '../card.tsx'
import { useFigure } from '../figure.ts'
import { useHeld } from './held.ts'
import { rowsOf, SORTS, type SortName } from './tenant-rows.ts'
import './tenants.css'
import { useWindow, WindowChoice } from './window.tsx'

/** So many are asked for less often: each row is some hundred bytes. */
const MANY = 500
/** Pixels of a row, and how many are seen at once. */
const ROW = 32
const FIT = 9

export function Tenants() {
  const { seconds, words } = useWindow()
  const path = `/console/metrics/tenants?window=${seconds}`
  const first = useFigure<TenantsFigure>(path, { everyMs: null })
  const everyMs = (first.data?.tenant_count ?? 0) > MANY ? 60_000 : 15_000
  const figure = useHeld(useFigure<TenantsFigure>(path, { everyMs }))
  return (
    <Card figure={figure} scope={null} note={({ tenant_count: count }) => <b class="num">{plural(count, 'tenant')}</b>}>
      {(data) =>
        data.tenant_count === 0 ? (
          <div class="tenants-none">
            <WindowChoice />
            <Unset title={`No tenant asked anything in the last ${words}, and none has records`} icon="services">
              <p>Records are counted where the service hands over a client of its database with provideInventory().</p>
            </Unset>
          </div>
        ) : (
          <Rows data={data} stale={figure.stale} />
        )
      }
    </Card>
  )
}

function Rows({ data, stale }: { data: TenantsFigure; stale: boolean }) {
  const find = query('tenants') ?? ''
  const sort = sortOf(query('sort'))
  const rows = useMemo(() => rowsOf(data.tenants, find, sort.by, sort.down), [data, find, sort.by, sort.down])
  const selected = query('tenant') ?? null
  const columns = useMemo(() => columnsOf(data), [data])
  return (
    <div class={`tenants${stale ? ' op-stale' : ''}`}>
      <div class="tenants-tools">
        <WindowChoice />
        <input
          class="op-field"
          type="search"
          aria-label="Find a tenant"
          placeholder="Find a tenant"
          autocomplete="off"
          spellcheck={false}
          value={find}
          onInput={({ currentTarget }) => setQuery({ tenants: currentTarget.value }, { replace: true })}
        />
        <dl class="tenants-scopes">
          <div>
            <dt>Records</dt>
            <dd>
              <ScopeMark scope={data.resources_scope} instance={data.instance} />
            </dd>
          </div>
          <div>
            <dt>Requests</dt>
            <dd>
              <ScopeMark scope={data.traffic_scope} instance={data.instance} />
            </dd>
          </div>
        </dl>
      </div>
      {rows.length === 0 ? (
        <p class="tenants-none op-say">
          No tenant has “{find}” in its name.{' '}
          <Button class="op-small" onClick={() => setQuery({ tenants: null }, { replace: true })}>
            Show all
          </Button>
        </p>
      ) : (
        <div class="tenants-rows" data-scrolls style={{ '--rows': `${33 + ROW * Math.min(FIT, data.tenant_count)}px` }}>
          <Table
            label="Tenants"
            rows={rows}
            columns={columns}
            keyOf={({ tenant }) => tenant}
            rowHeight={ROW}
            sort={sort}
            onSort={({ by, down }) => setQuery({ sort: `${down ? '-' : ''}${by}` }, { replace: true })}
            selected={selected}
            open={({ tenant }) => setQuery({ tenant: tenant === selected ? null : tenant })}
            stale={stale}
          />
        </div>
      )}
    </div>
  )
}

const sortOf = (text = '-resources'): Sort => {
  const by = text.replace(/^-/, '')
  return SORTS.includes(by as SortName) ? { by, down: text.startsWith('-') } : { by: 'resources', down: true }
}

function columnsOf({ tenants }: TenantsFigure): Column<TenantRow>[] {
  const most = Math.max(1, ...tenants.map(({ resources }) => resources))
  return [
    {
      name: 'tenant',
      title: 'Tenant',
      sorts: true,
      width: 'minmax(56px, 1.4fr)',
      help: 'Enter or a click shows its traffic alone',
      cell: ({ tenant }) => (
        <span class="clip" title={tenant}>
          {tenant}
        </span>
      ),
    },
    {
      name: 'resources',
      title: 'Records',
      sorts: true,
      align: 'end',
      width: 'minmax(56px, 1fr)',
      cell: ({ resources }) => (
        <>
          <span class="tenants-share" aria-hidden="true" style={{ '--part': `${(resources / most) * 100}%` }} />
          <span class="tenants-count">{countText(resources)}</span>
        </>
      ),
    },
    {
      name: 'rate',
      title: 'Requests',
      sorts: true,
      align: 'end',
      width: 'minmax(56px, 0.8fr)',
      cell: ({ requests_per_second: rate }) => (rate === 0 ? <Quiet /> : rateText(rate)),
    },
    {
      name: 'p95',
      title: 'p95',
      sorts: true,
      align: 'end',
      from: 'medium',
      width: 'minmax(64px, 0.8fr)',
      cell: ({ p95_ms: p95, requests_per_second: rate }) => (rate === 0 ? <Quiet /> : durationText(p95)),
    },
    {
      name: 'errors',
      title: 'Errors',
      sorts: true,
      align: 'end',
      width: 'minmax(48px, 0.7fr)',
      help: 'Answers of class 5xx, of all',
      cell: ({ error_rate: share, requests_per_second: rate }) =>
        rate === 0 ? <Quiet /> : <span class={share > 0 ? 'bad' : 'none'}>{percentText(share)}</span>,
    },
  ]
}

/** It asked nothing, so nothing is known of how long that took. */
const Quiet = () => <span class="none">–</span>
