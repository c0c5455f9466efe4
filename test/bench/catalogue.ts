/** All benches in the order in which they run; each is a file of this folder that exports `rows`. */
export const catalogue = [
  { name: 'control', about: 'the same work twice: how much the machine itself wavers' },
  { name: 'ring', about: 'ring buffer and operators beside C and beside the naive way' },
  { name: 'welding', about: 'all KPIs of the welding line, and at a hundred times its rate' },
  { name: 'modbus-tcp', about: 'Modbus TCP transport beside C and beside modbus-serial' },
  { name: 'opcua', about: 'OPC UA values to frames beside node-opcua alone' },
  { name: 'journal', about: 'the log beside append and fdatasync in C; bytes a sample' },
  { name: 'influx-lines', about: 'line protocol beside the package influx' },
  { name: 'influx-delivery', about: 'delivery to real servers beside prebuilt bodies' },
  { name: 'mqtt-lanes', about: 'the stream lane to mosquitto beside prebuilt packets' },
  { name: 'end-to-end', about: 'devices to KPIs to journal to InfluxDB and MQTT: samples a core' },
  { name: 'ten-devices', about: '10 devices x 100 registers to MQTT beside a naive gateway' },
  { name: 'plant-load', about: '20 seams at 50 Hz and a park: processor and memory' },
  { name: 'park-load', about: '50 inverters, 200 meters and 60 chargers each second' },
  { name: 'live-feed', about: '50 browsers at the live feed of the demo site' },
  { name: 'dashboard', about: 'first view, long tasks and heap of the dashboard in Chromium' },
  { name: 'catch-up', about: 'delivery after an outage, and live data meanwhile' },
  { name: 'start', about: 'from spawn to the first journalled sample' },
] as const;

export type BenchName = (typeof catalogue)[number]['name'];
