import { writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { goodSite, runCli, siteFile } from './cli-fixture.ts';

describe('the simulators of the demo', () => {
  const start = async (program: string) => {
    const folder = dirname(siteFile(goodSite));
    const simulatorsProgram = join(folder, 'simulators.mjs');
    writeFileSync(simulatorsProgram, program);
    let isRun = false;
    const result = await runCli(['start', '--no-week'], {
      demoFile: join(folder, 'site.yaml'),
      simulatorsProgram,
      runGateway: ({ signal, onReady }) => {
        isRun = true;
        onReady({ url: 'http://127.0.0.1:8080' });
        return new Promise((resolve) => {
          signal.addEventListener('abort', () => resolve(), { once: true });
        });
      },
    });
    return { ...result, isRun };
  };

  test('end the gateway when they end', async () => {
    const { code, errors, isRun } = await start(
      `console.log('{"control":"http://127.0.0.1:1"}'); setTimeout(() => process.exit(3), 50);`,
    );
    expect(isRun).toBe(true);
    expect(code).toBe(1);
    expect(errors.at(-1)).toBe('The simulators ended (exit 3).');
  });

  test.runIf(process.platform === 'linux')('do not hear Ctrl+C before the gateway', async () => {
    const { errors } = await start(
      `import { readFileSync } from 'node:fs';
      const group = Number(readFileSync('/proc/self/stat', 'utf8').split(' ')[4]);
      const control = 'http://127.0.0.1:1/' + (group === process.pid ? 'own-group' : 'same-group');
      console.log(JSON.stringify({ control })); setTimeout(() => process.exit(3), 50);`,
    );
    expect(errors).toContain('Simulators are up; their control is at http://127.0.0.1:1/own-group');
  });

  test('that do not come up are a failure, and nothing is started', async () => {
    const { code, errors, isRun } = await start('process.exitCode = 1;');
    expect(isRun).toBe(false);
    expect(code).toBe(1);
    expect(errors.at(-1)).toContain('The simulators did not come up (exit 1)');
  });

  test('that do not say where they are are ended', async () => {
    const { code, errors, isRun } = await start(
      `console.log('hello'); setInterval(() => {}, 1e6);`,
    );
    expect(isRun).toBe(false);
    expect(code).toBe(1);
    expect(errors.at(-1)).toBe('Failed: The simulators do not say where they are: hello');
  });
});
