//! A small picture: PNG with uncompressed deflate blocks (RFC 1951 §3.2.4).

use super::archive::crc32;

const SIDE: u32 = 96;

pub fn chart() -> Vec<u8> {
    let mut rows = Vec::new();
    for y in 0..SIDE {
        rows.push(0); // no filter
        for x in 0..SIDE {
            // Four bars of growing height on paper.
            let bar = x / 24;
            let filled = x % 24 > 4 && y > SIDE - 16 * (bar + 2);
            rows.extend(if filled { [0x0d, 0x50, 0x63] } else { [0xf4, 0xf5, 0xf1] });
        }
    }
    let mut header = Vec::new();
    header.extend(SIDE.to_be_bytes());
    header.extend(SIDE.to_be_bytes());
    header.extend([8, 2, 0, 0, 0]); // 8 bits, RGB
    let mut file = b"\x89PNG\r\n\x1a\n".to_vec();
    chunk(&mut file, b"IHDR", &header);
    chunk(&mut file, b"IDAT", &zlib(&rows));
    chunk(&mut file, b"IEND", &[]);
    file
}

fn chunk(file: &mut Vec<u8>, kind: &[u8; 4], data: &[u8]) {
    file.extend(u32::try_from(data.len()).unwrap_or(0).to_be_bytes());
    let mut named = kind.to_vec();
    named.extend(data);
    file.extend(&named);
    file.extend(crc32(&named).to_be_bytes());
}

/// RFC 1950 around stored blocks.
fn zlib(data: &[u8]) -> Vec<u8> {
    let mut out = vec![0x78, 0x01];
    let blocks: Vec<&[u8]> = data.chunks(0xffff).collect();
    for (place, block) in blocks.iter().enumerate() {
        let size = u16::try_from(block.len()).unwrap_or(0);
        out.push(u8::from(place + 1 == blocks.len()));
        out.extend(size.to_le_bytes());
        out.extend((!size).to_le_bytes());
        out.extend(*block);
    }
    let (mut a, mut b) = (1u32, 0u32);
    for byte in data {
        a = (a + u32::from(*byte)) % 65_521;
        b = (b + a) % 65_521;
    }
    out.extend((b << 16 | a).to_be_bytes());
    out
}
