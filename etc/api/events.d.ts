// telltale/events: EventOptions, observeEvents

// surfaces/events/events
interface EventOptions {
    readonly maxSubscribers?: number | undefined;
}

// surfaces/events/running
declare function observeEvents<Bus extends object>(bus: Bus, options?: EventOptions): Bus;
