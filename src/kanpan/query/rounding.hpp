// Rounding as the published series round.
#pragma once

namespace kanpan::query {

/// The double nearest to x with two decimals, exactly as printf("%.2f") rounds the binary value.
double round_cent(double x);

}  // namespace kanpan::query
