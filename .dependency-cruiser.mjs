// The arrows between the rooms. `test/tidy/arrows.test.ts` plants a violation and sees it caught.
const room = (name, path, allowed) => ({
  name: `arrows-${name}`,
  severity: 'error',
  from: { path },
  to: {
    path: '^(gateway|adapters|simulators|config|dashboard|scripts|test)/',
    pathNot: [path, ...allowed],
  },
});
const core = '^gateway/core/';
const hotPath = '^gateway/hot-path/';
const journal = '^gateway/journal/';
const kpi = '^gateway/kpi/';
const production = '^gateway/production/';
const runtime = '^gateway/runtime/';
const access = '^gateway/access/';
const config = '^config/';
const storesAndRules = ['^gateway/(journal|alarms|maintenance|carbon|energy|records|production)/'];

export default {
  forbidden: [
    room('core', core, []),
    room('hot-path', hotPath, [core]),
    room('kpi', kpi, [hotPath, core]),
    room('journal', journal, [core, hotPath]),
    room('alarms', '^gateway/alarms/', [core, hotPath]),
    room('maintenance', '^gateway/maintenance/', [core, hotPath]),
    room('carbon', '^gateway/carbon/', [core, hotPath]),
    room('energy', '^gateway/energy/', [core, hotPath]),
    room('production', production, [core, hotPath]),
    room('records', '^gateway/records/', [core, hotPath, production]),
    room('runtime', runtime, [core, hotPath, kpi, ...storesAndRules]),
    room('reports', '^gateway/reports/', [core, ...storesAndRules]),
    room('access', access, [core, journal]),
    room('api', '^gateway/api/', [core, runtime, access, ...storesAndRules]),
    room('cli', '^gateway/cli/', [core, config, runtime, journal, access, '^gateway/reports/']),
    room('config', config, [core]),
    room('simulators', '^simulators/', []),
    room('dashboard', '^dashboard/', ['^gateway/api/[a-z-]*contract\\.ts$']),
    {
      name: 'arrows-adapters',
      severity: 'error',
      from: { path: '^adapters/([^/]+)/' },
      to: {
        path: '^(gateway|adapters|simulators|config|dashboard|scripts|test)/',
        pathNot: ['^adapters/$1/', '^adapters/shared/', core],
      },
    },
    {
      name: 'arrows-main',
      severity: 'error',
      from: { path: '^gateway/main\\.ts$' },
      to: { path: '^(simulators|dashboard|test|scripts)/' },
    },
    { name: 'no-cycle', severity: 'error', from: {}, to: { circular: true } },
    { name: 'no-unresolved', severity: 'error', from: {}, to: { couldNotResolve: true } },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^dashboard/dist/' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default'],
      extensions: ['.ts', '.vue', '.mjs', '.js'],
    },
  },
};
