"""Writes jaeger.hex: the Batch of test/wire/spans.ts as Thrift's binary protocol has it, from the specifications alone
(thrift-binary-protocol.md, jaeger.thrift, OpenTelemetry's mapping to Jaeger). Nothing of src takes part.
Run: python3 jaeger.py > jaeger.hex"""
import struct

BOOL, DOUBLE, I32, I64, STRING, STRUCT, LIST = 2, 4, 8, 10, 11, 12, 15
lines = []


def put(data, what):
    lines.append(f"{data.hex()} # {what}")


def field(kind, number, what):
    put(struct.pack(">bh", kind, number), f"field {number}: {what}")


def i32(value, what):
    put(struct.pack(">i", value), what)


def i64(value, what):
    put(struct.pack(">q", value), what)


def text(value, what):
    data = value if isinstance(value, bytes) else value.encode()
    put(struct.pack(">i", len(data)), f"length of {what}")
    put(data, what)


def items(kind, count, what):
    put(struct.pack(">bi", kind, count), f"{count} {what}")


def stop(what):
    put(b"\0", f"end of {what}")


def tag(key, value):
    field(STRING, 1, "key")
    text(key, key)
    field(I32, 2, "vType")
    if isinstance(value, str):
        i32(0, "STRING"), field(STRING, 3, "vStr"), text(value, ascii(value))
    elif isinstance(value, float):
        i32(1, "DOUBLE"), field(DOUBLE, 4, "vDouble"), put(struct.pack(">d", value), str(value))
    elif isinstance(value, bool):
        i32(2, "BOOL"), field(BOOL, 5, "vBool"), put(b"\1" if value else b"\0", str(value))
    elif isinstance(value, int):
        i32(3, "LONG"), field(I64, 6, "vLong"), i64(value, str(value))
    else:
        i32(4, "BINARY"), field(STRING, 7, "vBinary"), text(value, value.hex())
    stop("tag")


def tags(number, what, pairs):
    field(LIST, number, what)
    items(STRUCT, len(pairs), "tags")
    for key, value in pairs:
        tag(key, value)


def log(time, pairs):
    field(I64, 1, "timestamp")
    i64(time, "microseconds")
    tags(2, "fields", pairs)
    stop("log")


def signed(unsigned):
    return unsigned - (1 << 64) if unsigned >> 63 else unsigned


def head(trace, span, parent, name):
    field(I64, 1, "traceIdLow"), i64(signed(trace & ((1 << 64) - 1)), "low half")
    field(I64, 2, "traceIdHigh"), i64(signed(trace >> 64), "high half")
    field(I64, 3, "spanId"), i64(signed(span), "id")
    field(I64, 4, "parentSpanId"), i64(signed(parent), "parent")
    field(STRING, 5, "operationName"), text(name, name)


def times(start, duration):
    field(I32, 7, "flags"), i32(1, "sampled")
    field(I64, 8, "startTime"), i64(start, "microseconds")
    field(I64, 9, "duration"), i64(duration, "microseconds")


field(STRUCT, 1, "process")
field(STRING, 1, "serviceName"), text("shop", "shop")
tags(2, "tags", [("service.version", "1.2.3"), ("process.pid", 7)])
stop("process")
field(LIST, 2, "spans")
items(STRUCT, 2, "spans")

head(0x80F198EE56343BA864FE8B2A57D3EFF7, 0xE457B5A2E4D86BD1, 0x05E3AC9A4F6E3B90, "GET /orders/:id")
field(LIST, 6, "references")
items(STRUCT, 2, "references")
for low in (6, 7):
    field(I32, 1, "refType"), i32(1, "FOLLOWS_FROM")
    field(I64, 2, "traceIdLow"), i64((3 << 32) + 4, "low half")
    field(I64, 3, "traceIdHigh"), i64((1 << 32) + 2, "high half")
    field(I64, 4, "spanId"), i64((5 << 32) + low, "id")
    stop("reference")
times(1764000000000250, 12345)
tags(
    10,
    "tags",
    [
        ("http.route", "/orders/:id"),
        ("http.response.status_code", 503),
        ("server.address", "10.1.2.3"),
        ("server.port", 8080),
        ("text", "Grüße, 世界 🌍"),
        ("yes", True),
        ("negative", -5),
        ("large", 9007199254740991),
        ("big", -9223372036854775808),
        ("ratio", 0.5),
        ("list", '["a",1,false]'),
        ("bytes", bytes([1, 2, 255])),
        ("nothing", ""),
        ("otel.scope.name", "shop/http"),
        ("otel.scope.version", "2.0"),
        ("span.kind", "client"),
        ("otel.status_code", "ERROR"),
        ("error", True),
        ("otel.status_description", "it broke"),
        ("w3c.tracestate", "v=1"),
        ("otel.dropped_attributes_count", 1),
        ("otel.dropped_events_count", 2),
        ("otel.dropped_links_count", 3),
    ],
)
field(LIST, 11, "logs")
items(STRUCT, 4, "logs")
log(1764000000001000, [("event", "retry")])
log(
    1764000000002500,
    [("event", "exception"), ("exception.type", "E"), ("n", 2), ("otel.event.dropped_attributes_count", 4)],
)
log(1764000000003000, [("event", "own")])
log(
    1764000000000250,
    [
        ("event", "link"),
        ("trace_id", "00000001000000020000000300000004"),
        ("span_id", "0000000500000007"),
        ("why", "retry"),
    ],
)
stop("span")

head(1, 2, 0, "tick")
times(1764000000000000, 0)
stop("span")
stop("batch")
print("\n".join(lines))
