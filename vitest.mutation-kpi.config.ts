import { judgedBy } from './vitest.mutation.config.ts';

export default judgedBy('test/unit/gateway/kpi/**/*.test.ts');
