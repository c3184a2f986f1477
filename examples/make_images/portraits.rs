//! The characters' portraits: a head on a plain background, distinguished by colours, headdress and a few marks.

use crate::canvas::{Canvas, Colour};

const SIDE: i32 = 64;
const INK: Colour = [40, 34, 38];
const WHITE: Colour = [245, 242, 232];

/// What a head wears.
#[derive(Clone, Copy)]
enum Headdress {
    Bare,
    StrawHat,
    Topknot,
    Cap,
    Crown,
    Hood,
    FoxEars,
    Horns,
    Shell,
    Flames,
}

/// How a character looks.
struct Face {
    name: &'static str,
    ground: Colour,
    skin: Colour,
    hair: Colour,
    robe: Colour,
    headdress: Headdress,
    beard: Option<Colour>,
}

const fn face(
    name: &'static str,
    [ground, skin, hair, robe]: [Colour; 4],
    headdress: Headdress,
    beard: Option<Colour>,
) -> Face {
    Face { name, ground, skin, hair, robe, headdress, beard }
}

const PALE: Colour = [240, 214, 190];
const TAN: Colour = [214, 170, 130];
const GREY: Colour = [150, 150, 155];
const BLACK: Colour = [50, 42, 46];

#[rustfmt::skip]
const FACES: [Face; 21] = [
    face("narrator", [[60, 66, 98], PALE, GREY, [92, 80, 120]], Headdress::Hood, None),
    face("shepherd", [[150, 196, 120], TAN, BLACK, [176, 132, 84]], Headdress::StrawHat, None),
    face("hunter", [[86, 110, 78], TAN, GREY, [110, 84, 60]], Headdress::Cap, Some(GREY)),
    face("elder", [[196, 176, 130], TAN, WHITE, [96, 110, 140]], Headdress::Topknot, Some(WHITE)),
    face("miller", [[206, 190, 150], PALE, [130, 90, 60], [220, 212, 196]], Headdress::Cap, None),
    face("swordsman", [[96, 150, 104], PALE, BLACK, [60, 92, 84]], Headdress::Topknot, None),
    face("gambler", [[150, 84, 74], TAN, BLACK, [120, 60, 90]], Headdress::Bare, Some(BLACK)),
    face("bandit", [[110, 92, 76], TAN, BLACK, [74, 62, 58]], Headdress::Cap, Some(BLACK)),
    face("tomb_keeper", [[54, 62, 66], [190, 190, 176], GREY, [70, 84, 80]], Headdress::Hood, None),
    face("fox", [[120, 90, 140], PALE, [214, 120, 60], [230, 224, 240]], Headdress::FoxEars, None),
    face("healer", [[170, 200, 180], PALE, BLACK, [110, 150, 120]], Headdress::Topknot, Some(GREY)),
    face("snow_maiden", [[180, 210, 235], WHITE, [200, 220, 240], [120, 160, 210]], Headdress::Bare, None),
    face("constable", [[120, 116, 130], TAN, BLACK, [150, 50, 50]], Headdress::Cap, None),
    face("clerk", [[190, 170, 140], PALE, BLACK, [70, 80, 110]], Headdress::Cap, Some(BLACK)),
    face("turtle", [[70, 130, 150], [150, 180, 120], GREY, [80, 110, 70]], Headdress::Shell, Some(WHITE)),
    face("dragon_king", [[40, 90, 140], [130, 180, 190], [60, 110, 150], [190, 160, 60]], Headdress::Crown, Some([60, 110, 150])),
    face("smith", [[120, 60, 40], TAN, BLACK, [90, 70, 64]], Headdress::Bare, Some(BLACK)),
    face("fire_spirit", [[70, 30, 30], [240, 150, 60], [230, 90, 40], [250, 200, 90]], Headdress::Flames, None),
    face("dragon", [[60, 40, 44], [190, 60, 50], [140, 40, 40], [150, 50, 46]], Headdress::Horns, None),
    face("ferryman", [[110, 140, 160], TAN, GREY, [100, 96, 80]], Headdress::StrawHat, Some(GREY)),
    face("postmaster", [[180, 160, 190], PALE, BLACK, [80, 70, 130]], Headdress::Cap, None),
];

/// All portraits by their names.
pub(crate) fn all() -> impl Iterator<Item = (&'static str, Canvas)> {
    FACES.iter().map(|face| (face.name, draw(face)))
}

fn draw(face: &Face) -> Canvas {
    let mut canvas = Canvas::new(SIDE, SIDE, face.ground);
    canvas.ellipse(face.robe, (32, 66), (26, 20));
    canvas.triangle(WHITE, (26, 48), (38, 48), (32, 58));
    canvas.ellipse(face.hair, (32, 28), (18, 19));
    canvas.ellipse(face.skin, (32, 32), (14, 16));
    canvas.ellipse(face.hair, (32, 17), (14, 6));
    for x in [26, 38] {
        canvas.ellipse(WHITE, (x, 31), (3, 2));
        canvas.ellipse(INK, (x, 31), (1, 1));
        canvas.rectangle(INK, (x - 3, 26), (6, 1));
    }
    canvas.rectangle(INK, (29, 40), (6, 1));
    if let Some(beard) = face.beard {
        canvas.triangle(beard, (22, 41), (42, 41), (32, 57));
        canvas.rectangle(face.skin, (28, 40), (8, 3));
        canvas.rectangle(INK, (29, 41), (6, 1));
    }
    dress(&mut canvas, face);
    canvas
}

fn dress(canvas: &mut Canvas, face: &Face) {
    match face.headdress {
        Headdress::Bare => {}
        Headdress::StrawHat => {
            canvas.triangle([206, 176, 96], (10, 22), (54, 22), (32, 4));
            canvas.rectangle([170, 140, 70], (10, 21), (44, 2));
        }
        Headdress::Topknot => {
            canvas.ellipse(face.hair, (32, 9), (6, 5));
            canvas.rectangle([190, 160, 60], (26, 12), (12, 2));
        }
        Headdress::Cap => {
            canvas.rectangle(face.robe, (17, 10), (30, 9));
            canvas.rectangle(INK, (15, 18), (34, 2));
        }
        Headdress::Crown => {
            canvas.rectangle([226, 190, 80], (18, 12), (28, 6));
            for x in [18, 28, 38] {
                canvas.triangle([226, 190, 80], (x, 13), (x + 8, 13), (x + 4, 4));
            }
        }
        Headdress::Hood => canvas.fill(face.robe, |x, y| {
            let (dx, dy) = (x - 32, y - 32);
            let from_middle = dx * dx + dy * dy;
            (330..=620).contains(&from_middle) && y < 46
        }),
        Headdress::FoxEars => {
            canvas.triangle(face.hair, (14, 22), (26, 14), (15, 2));
            canvas.triangle(face.hair, (50, 22), (38, 14), (49, 2));
        }
        Headdress::Horns => {
            canvas.triangle(WHITE, (16, 20), (24, 14), (10, 2));
            canvas.triangle(WHITE, (48, 20), (40, 14), (54, 2));
            canvas.triangle(face.hair, (24, 44), (40, 44), (32, 54));
        }
        Headdress::Shell => {
            canvas.ellipse(face.robe, (32, 12), (18, 8));
            for x in [20, 32, 44] {
                canvas.rectangle(INK, (x, 6), (1, 12));
            }
        }
        Headdress::Flames => {
            for (x, top) in [(14, 10), (24, 2), (34, 6), (44, 12)] {
                canvas.triangle(face.robe, (x, 22), (x + 8, 22), (x + 4, top));
            }
        }
    }
}
