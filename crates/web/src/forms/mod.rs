//! Forms of the campaign folder as pages: fields shown, and read with what is wrong said per field.
