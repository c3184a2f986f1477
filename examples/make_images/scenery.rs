//! The tasks' backgrounds: sky, land and objects on it.

use crate::canvas::{Canvas, Colour};

const WIDTH: i32 = 128;
const HEIGHT: i32 = 72;
/// Where the land begins.
const HORIZON: i32 = 46;

/// Objects on the land.
#[derive(Clone, Copy)]
enum Feature {
    Hills(Colour),
    Peaks(Colour),
    Trees(Colour),
    Bamboo(Colour),
    House(Colour),
    Bridge(Colour),
    Light(Colour, (i32, i32)),
    Water(Colour),
    Gate(Colour),
    Snow,
    Lava,
    Flock,
}

struct Scenery {
    name: &'static str,
    sky: [Colour; 2],
    land: Colour,
    features: &'static [Feature],
}

const DAY: [Colour; 2] = [[120, 170, 220], [210, 230, 240]];
const DUSK: [Colour; 2] = [[90, 70, 120], [240, 170, 110]];
const NIGHT: [Colour; 2] = [[20, 24, 50], [60, 70, 110]];
const DEPTHS: [Colour; 2] = [[10, 50, 90], [40, 120, 150]];
const CAVE: [Colour; 2] = [[30, 26, 30], [70, 56, 52]];
const MOON: Colour = [244, 236, 200];
const SUN: Colour = [255, 226, 140];
const WOOD: Colour = [120, 84, 56];
const STONE: Colour = [120, 120, 126];

#[rustfmt::skip]
const SCENERIES: [Scenery; 17] = [
    Scenery { name: "pasture", sky: DAY, land: [130, 180, 96], features: &[Feature::Light(SUN, (104, 14)), Feature::Hills([100, 150, 90]), Feature::Flock] },
    Scenery { name: "village", sky: DUSK, land: [150, 130, 90], features: &[Feature::Hills([110, 90, 100]), Feature::House(WOOD), Feature::Trees([80, 110, 70])] },
    Scenery { name: "mill", sky: NIGHT, land: [60, 70, 60], features: &[Feature::Light(MOON, (24, 14)), Feature::House([90, 70, 60]), Feature::Water([40, 60, 100])] },
    Scenery { name: "bamboo", sky: DAY, land: [96, 140, 84], features: &[Feature::Bamboo([60, 120, 70])] },
    Scenery { name: "tavern", sky: CAVE, land: [110, 70, 50], features: &[Feature::House([150, 90, 60]), Feature::Light([250, 190, 90], (64, 20))] },
    Scenery { name: "bridge", sky: DAY, land: [120, 130, 90], features: &[Feature::Peaks([110, 120, 140]), Feature::Water([80, 130, 170]), Feature::Bridge(WOOD)] },
    Scenery { name: "tomb", sky: CAVE, land: [60, 56, 54], features: &[Feature::Gate(STONE), Feature::Light([240, 170, 80], (20, 24))] },
    Scenery { name: "fox_grove", sky: NIGHT, land: [70, 60, 80], features: &[Feature::Light(MOON, (64, 16)), Feature::Trees([90, 60, 110])] },
    Scenery { name: "snow_mountain", sky: DAY, land: [235, 240, 246], features: &[Feature::Peaks([190, 206, 224]), Feature::Snow] },
    Scenery { name: "county_town", sky: DUSK, land: [140, 120, 100], features: &[Feature::House([130, 60, 50]), Feature::Gate(STONE)] },
    Scenery { name: "water_palace", sky: DEPTHS, land: [70, 130, 120], features: &[Feature::Gate([200, 170, 90]), Feature::Water([60, 150, 170])] },
    Scenery { name: "volcano", sky: DUSK, land: [80, 50, 46], features: &[Feature::Peaks([90, 56, 54]), Feature::Lava] },
    Scenery { name: "dragon_lair", sky: CAVE, land: [70, 50, 46], features: &[Feature::Peaks([60, 44, 44]), Feature::Lava, Feature::Light([255, 140, 60], (96, 22))] },
    Scenery { name: "ferry", sky: DUSK, land: [100, 110, 100], features: &[Feature::Hills([80, 90, 110]), Feature::Water([90, 120, 150]), Feature::Light(SUN, (30, 34))] },
    Scenery { name: "wilds", sky: DAY, land: [120, 140, 80], features: &[Feature::Hills([90, 120, 80]), Feature::Trees([70, 110, 60])] },
    Scenery { name: "ruins", sky: DUSK, land: [130, 120, 90], features: &[Feature::Gate(STONE), Feature::Trees([90, 100, 60])] },
    Scenery { name: "post_road", sky: DAY, land: [170, 150, 110], features: &[Feature::Hills([130, 150, 100]), Feature::House(WOOD)] },
];

/// All backgrounds by their names.
pub(crate) fn all() -> impl Iterator<Item = (&'static str, Canvas)> {
    SCENERIES.iter().map(|scenery| (scenery.name, draw(scenery)))
}

fn draw(scenery: &Scenery) -> Canvas {
    let mut canvas = Canvas::new(WIDTH, HEIGHT, scenery.land);
    canvas.sky(scenery.sky[0], scenery.sky[1], HORIZON);
    for feature in scenery.features {
        add(&mut canvas, *feature);
    }
    canvas
}

fn add(canvas: &mut Canvas, feature: Feature) {
    match feature {
        Feature::Hills(colour) => {
            for (x, size) in [(20, 30), (70, 38), (116, 26)] {
                canvas.fill(colour, |at, y| {
                    (at - x) * (at - x) + (y - HORIZON) * (y - HORIZON) * 6 < size * size && y < HORIZON
                });
            }
        }
        Feature::Peaks(colour) => {
            for (x, height) in [(18, 24), (60, 38), (104, 30)] {
                canvas.triangle(colour, (x - 30, HORIZON), (x + 30, HORIZON), (x, HORIZON - height));
            }
        }
        Feature::Trees(colour) => {
            for x in [14, 34, 92, 114] {
                canvas.rectangle(WOOD, (x - 1, HORIZON - 4), (3, 14));
                canvas.ellipse(colour, (x, HORIZON - 10), (9, 11));
            }
        }
        Feature::Bamboo(colour) => {
            for x in (4..WIDTH).step_by(11) {
                canvas.rectangle(colour, (x, 0), (3, HEIGHT - (x * 7) % 17));
                canvas.triangle(colour, (x, 20 + x % 13), (x + 9, 14 + x % 13), (x + 2, 24 + x % 13));
            }
        }
        Feature::House(colour) => {
            canvas.rectangle(colour, (48, 32), (36, 22));
            canvas.triangle([70, 60, 66], (42, 33), (90, 33), (66, 18));
            canvas.rectangle([40, 34, 38], (62, 42), (8, 12));
            canvas.rectangle([250, 210, 120], (52, 38), (6, 5));
        }
        Feature::Bridge(colour) => {
            canvas.fill(colour, |x, y| {
                let arch = 52 - (900 - (x - 64) * (x - 64)).max(0) / 75;
                (24..104).contains(&x) && (arch..arch + 5).contains(&y)
            });
        }
        Feature::Light(colour, at) => canvas.ellipse(colour, at, (8, 8)),
        Feature::Water(colour) => canvas.fill(colour, |x, y| y > 54 && (x + y * 3) % 9 != 0),
        Feature::Gate(colour) => {
            for x in [30, 90] {
                canvas.rectangle(colour, (x, 22), (8, 34));
            }
            canvas.rectangle(colour, (24, 18), (80, 6));
            canvas.rectangle(colour, (40, 28), (48, 3));
        }
        Feature::Snow => canvas.fill([250, 252, 255], |x, y| (x * 13 + y * 29) % 61 == 0),
        Feature::Lava => canvas.fill([250, 120, 40], |x, y| y > HORIZON && (x + y * y / 9) % 23 < 5),
        Feature::Flock => {
            for (x, y) in [(30, 54), (52, 60), (80, 52), (98, 62)] {
                canvas.ellipse([250, 248, 240], (x, y), (6, 4));
                canvas.ellipse([60, 56, 60], (x + 6, y - 2), (2, 2));
            }
        }
    }
}
