//! A second of sound: 8 kHz, 16 bits, one channel (RIFF WAVE).

const RATE: u32 = 8_000;

pub fn tone() -> Vec<u8> {
    // A soft triangle wave: no floating point needed to hear something.
    let samples = (0..RATE).map(|at| {
        let phase = i16::try_from(at % 40).unwrap_or(0);
        (if phase < 20 { phase } else { 40 - phase } - 10) * 500
    });
    let data: Vec<u8> = samples.flat_map(i16::to_le_bytes).collect();
    let size = u32::try_from(data.len()).unwrap_or(0);
    let mut file = Vec::with_capacity(44 + data.len());
    file.extend(b"RIFF");
    file.extend((36 + size).to_le_bytes());
    file.extend(b"WAVEfmt ");
    file.extend(16u32.to_le_bytes());
    for word in [1u16, 1] {
        file.extend(word.to_le_bytes());
    }
    file.extend(RATE.to_le_bytes());
    file.extend((RATE * 2).to_le_bytes());
    for word in [2u16, 16] {
        file.extend(word.to_le_bytes());
    }
    file.extend(b"data");
    file.extend(size.to_le_bytes());
    file.extend(data);
    file
}
