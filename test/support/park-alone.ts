import { type DemoSite, type TestSite, writeDemoSite } from './demo-site.ts';
import type { Simulator } from './simulator.ts';

/** The park of the demo site without the welding line, read once a period. */
export const parkAlone =
  (periodMs: number) =>
  (site: DemoSite): void => {
    site.sources = site.sources.filter(({ id }) => String(id).startsWith('park-'));
    for (const source of site.sources) {
      const devices = source['devices'] as Record<string, unknown>[];
      for (const device of devices) Object.assign(device, { periodMs, maxInFlight: 4 });
    }
    const ofPark = ({ equipment }: { readonly equipment: string }): boolean =>
      equipment.startsWith('park/');
    site['kpis'] = (site['kpis'] as { equipment: string }[]).filter(ofPark);
    delete site['production'];
    delete site['figures'];
    site.ticks = { periodMs };
  };

/** Writes the demo site for simulators without a welding line. */
export const writeParkSite = (
  simulator: Simulator,
  change: (site: DemoSite) => void,
): Promise<TestSite> =>
  writeDemoSite(
    {
      // What nobody answers at is taken out of the site.
      address: (name) =>
        name.startsWith('park.') ? simulator.address(name) : { host: '127.0.0.1', port: 1 },
    },
    change,
  );
