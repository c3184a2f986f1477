//! A picture of up to 16 colours, shapes on it, and its PNG form.

/// Red, green and blue.
pub(crate) type Colour = [u8; 3];

/// A picture. Coordinates are in pixels from the upper left corner; what lies outside is not drawn.
pub(crate) struct Canvas {
    width: i32,
    height: i32,
    palette: Vec<Colour>,
    pixels: Vec<u8>,
}

const PALETTE_MAX: usize = 16;

impl Canvas {
    /// A picture of a single colour.
    pub(crate) fn new(width: i32, height: i32, background: Colour) -> Self {
        let pixels = vec![0; usize::try_from(width * height).unwrap_or_default()];
        Self { width, height, palette: vec![background], pixels }
    }

    /// Colours every point for which `is_inside` holds.
    pub(crate) fn fill(&mut self, colour: Colour, is_inside: impl Fn(i32, i32) -> bool) {
        let index = self.index_of(colour);
        for y in 0..self.height {
            for x in 0..self.width {
                if is_inside(x, y) {
                    self.pixels[(y * self.width + x) as usize] = index;
                }
            }
        }
    }

    /// An ellipse by its middle and half its sides.
    pub(crate) fn ellipse(&mut self, colour: Colour, (cx, cy): (i32, i32), (rx, ry): (i32, i32)) {
        let square = |value: i32| i64::from(value) * i64::from(value);
        let limit = square(rx) * square(ry);
        self.fill(colour, |x, y| square(x - cx) * square(ry) + square(y - cy) * square(rx) <= limit);
    }

    /// A rectangle by its upper left corner and its sides.
    pub(crate) fn rectangle(&mut self, colour: Colour, (left, top): (i32, i32), (width, height): (i32, i32)) {
        self.fill(colour, |x, y| (left..left + width).contains(&x) && (top..top + height).contains(&y));
    }

    /// A triangle by its corners.
    pub(crate) fn triangle(&mut self, colour: Colour, a: (i32, i32), b: (i32, i32), c: (i32, i32)) {
        let side = |p: (i32, i32), q: (i32, i32), x: i32, y: i32| (q.0 - p.0) * (y - p.1) - (q.1 - p.1) * (x - p.0);
        self.fill(colour, |x, y| {
            let sides = [side(a, b, x, y), side(b, c, x, y), side(c, a, x, y)];
            sides.iter().all(|side| *side >= 0) || sides.iter().all(|side| *side <= 0)
        });
    }

    /// From one colour at the top to another at `bottom`, in four bands with ragged edges.
    pub(crate) fn sky(&mut self, top: Colour, low: Colour, bottom: i32) {
        for band in 0..4 {
            let mix = |at: usize| ((i32::from(top[at]) * (3 - band) + i32::from(low[at]) * band) / 3) as u8;
            let from = bottom * band / 4;
            self.fill([mix(0), mix(1), mix(2)], |x, y| y + (x * 7 + y * 3) % 4 >= from && y < bottom);
        }
    }

    fn index_of(&mut self, colour: Colour) -> u8 {
        let known = self.palette.iter().position(|known| *known == colour);
        let index = known.unwrap_or_else(|| {
            self.palette.push(colour);
            self.palette.len() - 1
        });
        assert!(index < PALETTE_MAX, "a picture should keep to {PALETTE_MAX} colours");
        index as u8
    }

    /// The file: a palette and four bits a pixel (PNG specification, section 11).
    pub(crate) fn to_png(&self) -> Vec<u8> {
        let mut file = b"\x89PNG\r\n\x1a\n".to_vec();
        let header = [&self.width.to_be_bytes()[..], &self.height.to_be_bytes(), &[4, 3, 0, 0, 0]].concat();
        add_chunk(&mut file, b"IHDR", &header);
        add_chunk(&mut file, b"PLTE", self.palette.as_flattened());
        add_chunk(&mut file, b"IDAT", &zlib_stored(&self.lines()));
        add_chunk(&mut file, b"IEND", b"");
        file
    }

    /// Each row of pixels, two per byte, after the filter byte (none).
    fn lines(&self) -> Vec<u8> {
        let mut bytes = Vec::new();
        for line in self.pixels.chunks(self.width as usize) {
            bytes.push(0);
            bytes.extend(line.chunks(2).map(|pair| (pair[0] << 4) | pair.get(1).copied().unwrap_or_default()));
        }
        bytes
    }
}

/// A zlib stream of one block that is not compressed (RFC 1950 and 1951).
fn zlib_stored(bytes: &[u8]) -> Vec<u8> {
    let length = u16::try_from(bytes.len()).expect("a picture should fit into one block of 65535 bytes");
    let (low, high) = bytes.iter().fold((1_u32, 0_u32), |(low, high), byte| {
        let low = (low + u32::from(*byte)) % 65_521;
        (low, (high + low) % 65_521)
    });
    let checksum = (high << 16) | low;
    [&[0x78, 0x01, 1][..], &length.to_le_bytes(), &(!length).to_le_bytes(), bytes, &checksum.to_be_bytes()].concat()
}

fn add_chunk(file: &mut Vec<u8>, kind: &[u8; 4], content: &[u8]) {
    let length = u32::try_from(content.len()).expect("a chunk should be short");
    let checked = [kind, content].concat();
    let with_bit = |crc: u32, _| if crc & 1 == 1 { 0xedb8_8320 ^ (crc >> 1) } else { crc >> 1 };
    let checksum = !checked.iter().fold(u32::MAX, |crc, byte| (0..8).fold(crc ^ u32::from(*byte), with_bit));
    file.extend([&length.to_be_bytes()[..], &checked, &checksum.to_be_bytes()].concat());
}
