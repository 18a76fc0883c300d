#include "kanpan/app/directory_lock.hpp"

#include <csignal>

#include <gmock/gmock.h>
#include <sys/resource.h>

#include "kanpan/journal/sample.hpp"

namespace kanpan::app {
namespace {

namespace fs = std::filesystem;

TEST(DirectoryLock, leaves_no_folder_where_there_is_no_lock) {
  const journal::ScratchDirectory scratch;
  fs::path deep = scratch.path() / "data";  // the lock's name beneath it is longer than any may be
  while (deep.native().size() < 4090)
    deep /= std::string(std::min<std::size_t>(200, 4090 - deep.native().size()), 'x');
  const auto lock = DirectoryLock::acquire(deep);
  ASSERT_FALSE(lock);
  EXPECT_EQ(lock.error().code, Errc::Config);
  EXPECT_THAT(lock.error().message, testing::HasSubstr("cannot be written"));
  EXPECT_TRUE(fs::is_empty(scratch.path()));

  // And where not even all of the folders can be made.
  EXPECT_FALSE(DirectoryLock::acquire(scratch.path() / "data" / std::string(300, 'x')));
  EXPECT_TRUE(fs::is_empty(scratch.path()));
}

TEST(DirectoryLock, leaves_nothing_where_its_file_cannot_be_written) {
  const journal::ScratchDirectory scratch;
  const auto handler = std::signal(SIGXFSZ, SIG_IGN);
  rlimit before{};
  ::getrlimit(RLIMIT_FSIZE, &before);
  const rlimit none{0, before.rlim_max};
  ::setrlimit(RLIMIT_FSIZE, &none);
  const auto lock = DirectoryLock::acquire(scratch.path() / "a" / "b");
  ::setrlimit(RLIMIT_FSIZE, &before);
  std::signal(SIGXFSZ, handler);
  ASSERT_FALSE(lock);
  EXPECT_EQ(lock.error().code, Errc::Io);
  EXPECT_TRUE(fs::is_empty(scratch.path()));
}

}  // namespace
}  // namespace kanpan::app
