import { describe, expect, it } from 'vitest';
import {
  massPerMetreKg,
  panelMassKg,
  seamPlaces,
  sectionAreaMm2,
  waterWall,
} from '../../../../simulators/welding-line/geometry.ts';

describe('geometry of the panel', () => {
  it('has ten seams on each face, front first, named in the order of y', () => {
    const front = Array.from(
      { length: 10 },
      (_, index) => `F${String(index + 1).padStart(2, '0')}`,
    );
    const back = front.map((id) => id.replace('F', 'B'));
    expect(seamPlaces.map(({ id }) => id)).toStrictEqual([...front, ...back]);
    for (const face of ['front', 'back']) {
      const ys = seamPlaces.filter((place) => place.face === face).map(({ yMm }) => yMm);
      expect(ys).toStrictEqual([19, 41, 79, 101, 139, 161, 199, 221, 259, 281]);
    }
  });

  it('joins each edge of a fin to its own tube', () => {
    expect(seamPlaces[0]).toMatchObject({ fin: 1, tube: 1 });
    expect(seamPlaces[1]).toMatchObject({ fin: 1, tube: 2 });
    expect(seamPlaces[19]).toMatchObject({ id: 'B10', fin: 5, tube: 6 });
  });

  it('weighs 532.73 kg at 18 m', () => {
    expect(massPerMetreKg(waterWall).tube).toBeCloseTo(4.069, 3);
    expect(massPerMetreKg(waterWall).fin).toBeCloseTo(1.036, 3);
    expect(panelMassKg(waterWall, 18_000)).toBeCloseTo(532.73, 1);
    expect(sectionAreaMm2(waterWall)).toBeCloseTo(3770, 0);
  });
});
