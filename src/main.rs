//! Reads the command line and hands over; decides nothing.

use std::process::ExitCode;

/// A save asks for a hundred small blocks of memory on one thread and gives them back on another.
#[global_allocator]
static MEMORY: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    parchemin::cli::run()
}
