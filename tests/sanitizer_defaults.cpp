// What the sanitizers are told in every test program built with them. libduckdb.so comes as a
// binary without instrumentation: TSan cannot see its locks, LSan not what it keeps for its life.

extern "C" const char* __tsan_default_suppressions();
extern "C" const char* __lsan_default_suppressions();
extern "C" const char* __asan_default_options();
extern "C" const char* __ubsan_default_options();

extern "C" const char* __tsan_default_suppressions() {
  return "called_from_lib:libduckdb.so\n"
         "race:libduckdb.so\n"
         "mutex:libduckdb.so\n"
         "deadlock:libduckdb.so\n"
         "thread:libduckdb.so\n"
         // Its buffers, which pass from one of its threads to another behind such a lock.
         "race:kanpan::store::duckdb::Appender::append\n"
         "race:kanpan::store::duckdb::Gather::add_column\n";
}

extern "C" const char* __lsan_default_suppressions() { return "leak:libduckdb.so\n"; }

extern "C" const char* __asan_default_options() {
  return "strict_string_checks=1:detect_stack_use_after_return=1:check_initialization_order=1";
}

extern "C" const char* __ubsan_default_options() { return "print_stacktrace=1"; }
