// DuckDB asks this function twice for every number that it writes, for the column's least and
// greatest value. Its own form calls a second function, twice, to ask for NaN; since the library
// finds both by name at load time, the program's form is the one that is called. It gives the same
// answers (docs/adr/nan-order.md says what that is worth). A library that no longer asks for the
// name leaves it unused.

// The name of bool duckdb::GreaterThan::Operation<double>(const double&, const double&).
extern "C" bool _ZN6duckdb11GreaterThan9OperationIdEEbRKT_S4_(const double& left,
                                                              const double& right);

/// Whether left > right, where NaN equals itself and is greater than every other number.
extern "C" bool _ZN6duckdb11GreaterThan9OperationIdEEbRKT_S4_(const double& left,
                                                              const double& right) {
  return !(left <= right) && right == right;
}
