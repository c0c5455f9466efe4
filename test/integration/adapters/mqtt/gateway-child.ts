import { testMqttSink } from '../../../support/mqtt-sink.ts';

// A gateway with nothing but a sink, to be killed by its test.
const { sink, frames } = testMqttSink({ url: process.argv[2] ?? '' });
const signal = new AbortController().signal;
await sink.open(signal);
await sink.write({ entries: frames(1), history: false }, signal);
process.stdout.write('open\n');
setInterval(() => undefined, 1000);
