#include "kanpan/source/sim/world/themes.hpp"

#include <algorithm>
#include <array>

namespace kanpan::source::sim::world {
namespace {

// clang-format off
constexpr auto kThemes = std::to_array<Theme>({
    {"000101.KP", "885101.TI", "机器人"}, {"000102.KP", "885102.TI", "低空经济"},
    {"000103.KP", "885103.TI", "固态电池"}, {"000104.KP", "885104.TI", "算力租赁"},
    {"000105.KP", "885105.TI", "液冷服务器"}, {"000106.KP", "885106.TI", "光模块"},
    {"000107.KP", "885107.TI", "存储芯片"}, {"000108.KP", "885108.TI", "先进封装"},
    {"000109.KP", "885109.TI", "数据要素"}, {"000110.KP", "885110.TI", "信创"},
    {"000111.KP", "885111.TI", "鸿蒙"}, {"000112.KP", "885112.TI", "车路协同"},
    {"000113.KP", "885113.TI", "智能驾驶"}, {"000114.KP", "885114.TI", "无人物流"},
    {"000115.KP", "885115.TI", "充电桩"}, {"000116.KP", "885116.TI", "特高压"},
    {"000117.KP", "885117.TI", "储能"}, {"000118.KP", "885118.TI", "钠离子电池"},
    {"000119.KP", "885119.TI", "氢能源"}, {"000120.KP", "885120.TI", "可控核聚变"},
    {"000121.KP", "885121.TI", "光伏设备"}, {"000122.KP", "885122.TI", "海上风电"},
    {"000123.KP", "885123.TI", "创新药"}, {"000124.KP", "885124.TI", "医疗器械"},
    {"000125.KP", "885125.TI", "合成生物"}, {"000126.KP", "885126.TI", "中药"},
    {"000127.KP", "885127.TI", "减肥药"}, {"000128.KP", "885128.TI", "宠物经济"},
    {"000129.KP", "885129.TI", "首发经济"}, {"000130.KP", "885130.TI", "冰雪旅游"},
    {"000131.KP", "885131.TI", "短剧游戏"}, {"000132.KP", "885132.TI", "人工智能"},
    {"000133.KP", "885133.TI", "脑机接口"}, {"000134.KP", "885134.TI", "量子科技"},
    {"000135.KP", "885135.TI", "商业航天"}, {"000136.KP", "885136.TI", "军工信息化"},
    {"000137.KP", "885137.TI", "稀土永磁"}, {"000138.KP", "885138.TI", "黄金"},
    {"000139.KP", "885139.TI", "化工涨价"}, {"000140.KP", "885140.TI", "西部开发"},
    {"000141.KP", "885141.TI", "一带一路"}, {"000142.KP", "885142.TI", "国企改革"},
    {"000143.KP", "885143.TI", "并购重组"}, {"000144.KP", "885144.TI", "新股与次新股"},
});
// clang-format on

}  // namespace

std::span<const Theme> themes() { return kThemes; }

std::vector<int> themes_of(const Listing& share) {
  constexpr int kCount = static_cast<int>(kThemes.size());
  std::vector<int> own;
  const int count = 1 + share.dice.below(3, Draw::Theme, 0);
  for (std::uint64_t k = 1; static_cast<int>(own.size()) < count; ++k) {
    const int theme = share.dice.below(kCount, Draw::Theme, k);
    if (std::find(own.begin(), own.end(), theme) == own.end()) own.push_back(theme);
  }
  return own;
}

}  // namespace kanpan::source::sim::world
