// libduckdb comes without instrumentation: what happens inside it, the sanitizers cannot judge.
extern "C" const char* __lsan_default_suppressions();
extern "C" const char* __tsan_default_suppressions();

extern "C" const char* __lsan_default_suppressions() { return "leak:libduckdb.so\n"; }
extern "C" const char* __tsan_default_suppressions() {
  return "called_from_lib:libduckdb.so\nrace:libduckdb.so\nmutex:libduckdb.so\n";
}
