//! Reads the command line and hands over; decides nothing.

use std::process::ExitCode;

fn main() -> ExitCode {
    parchemin::cli::run()
}
