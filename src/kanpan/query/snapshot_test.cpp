// Evidence and rows of one state, whatever is committed between them.
#include <gmock/gmock.h>

#include "kanpan/query/sample.hpp"

namespace kanpan::query {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class SnapshotTest : public QueryTest {
 protected:
  std::vector<double> closes(const RowsRequest& request, const Snapshot& snapshot) const {
    std::vector<double> all;
    const auto read = query_.rows(request, snapshot, [&](frame::Batch&& batch) -> Result<bool> {
      const auto closes = batch.column(batch.find("close")).reals();
      all.insert(all.end(), closes.begin(), closes.end());
      return true;
    });
    EXPECT_TRUE(read);
    return all;
  }
};

TEST_F(SnapshotTest, GivesTheRowsThatItsEvidenceSpeaksOf) {
  commit("daily", {bar("20240624", 10, 10), bar("20240625", 11, 10)});
  const RowsRequest request{read("daily"), Units::Normal};
  const auto before = query_.snapshot(request).value();
  EXPECT_EQ(before.seen, 1u);
  EXPECT_EQ(before.version, query_.version(request.read).value());
  EXPECT_EQ(before.evidence.data_version, 1u);
  commit("adj_factor", {{"600000.SH", "20240624", "1"}});
  commit("daily", {bar("20240624", 10.5, 10)});
  EXPECT_THAT(closes(request, before), ElementsAre(10, 11));
  const auto after = query_.snapshot(request).value();
  EXPECT_EQ(after.seen, 3u);
  EXPECT_EQ(after.evidence.data_version, 3u);
  EXPECT_THAT(closes(request, after), ElementsAre(10.5, 11));
}

TEST_F(SnapshotTest, OfNothingStaysNothing) {
  commit("daily", {bar("20240624", 10, 10)});
  const RowsRequest request{read("daily", day("20240625"), day("20240625")), Units::Normal};
  const auto before = query_.snapshot(request).value();
  commit("daily", {bar("20240625", 11, 10)});
  EXPECT_THAT(closes(request, before), IsEmpty());
  EXPECT_THAT(closes(request, query_.snapshot(request).value()), ElementsAre(11));
}

TEST_F(SnapshotTest, OfThePastIsReadAsOfThen) {
  commit("daily", {bar("20240624", 10, 10)});
  commit("daily", {bar("20240624", 10.5, 10)});
  RowsRequest request{read("daily"), Units::Normal};
  request.read.as_of = 1;
  const auto past = query_.snapshot(request).value();
  EXPECT_EQ(past.evidence.data_version, 1u);
  EXPECT_THAT(closes(request, past), ElementsAre(10));
}

}  // namespace
}  // namespace kanpan::query
