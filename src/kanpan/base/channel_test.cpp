#include "kanpan/base/channel.hpp"

#include <algorithm>
#include <memory>
#include <numeric>
#include <optional>
#include <thread>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace kanpan {
namespace {

using testing::ElementsAre;

TEST(Channel, hands_out_in_order) {
  Channel<int> channel(3);
  for (int i : {1, 2, 3}) EXPECT_TRUE(channel.send(i));
  EXPECT_EQ(channel.size(), 3);
  EXPECT_EQ(channel.receive(), 1);
  EXPECT_EQ(channel.receive(), 2);
  EXPECT_EQ(channel.receive(), 3);
}

TEST(Channel, takes_values_that_only_move) {
  Channel<std::unique_ptr<int>> channel(1);
  EXPECT_TRUE(channel.send(std::make_unique<int>(7)));
  EXPECT_EQ(**channel.receive(), 7);
}

TEST(Channel, tries_without_waiting) {
  Channel<int> channel(1);
  EXPECT_TRUE(channel.try_send(1));
  EXPECT_FALSE(channel.try_send(2)) << "full";
  EXPECT_EQ(channel.receive(), 1);
  EXPECT_TRUE(channel.try_send(3));
  EXPECT_EQ(channel.receive(), 3);
  channel.close();
  EXPECT_FALSE(channel.try_send(4));
}

TEST(Channel, closed_accepts_nothing_and_hands_out_the_rest) {
  Channel<int> channel(2);
  EXPECT_TRUE(channel.send(1));
  channel.close();
  EXPECT_FALSE(channel.send(2));
  EXPECT_EQ(channel.receive(), 1);
  EXPECT_EQ(channel.receive(), std::nullopt);
  EXPECT_THAT(channel.receive_some(5), ElementsAre());
}

TEST(Channel, hands_out_several_at_once_up_to_a_limit) {
  Channel<int> channel(4);
  for (int i : {1, 2, 3}) channel.send(i);
  EXPECT_THAT(channel.receive_some(2), ElementsAre(1, 2));
  EXPECT_THAT(channel.receive_some(2), ElementsAre(3));
}

TEST(Channel, never_holds_more_than_its_capacity) {
  Channel<int> channel(2);
  std::jthread sender([&] {
    for (int i = 0; i < 1000; ++i) channel.send(i);
    channel.close();
  });
  int expected = 0;
  while (const auto value = channel.receive()) {
    EXPECT_LE(channel.size(), 2);
    EXPECT_EQ(*value, expected++);
  }
  EXPECT_EQ(expected, 1000);
}

TEST(Channel, close_wakes_a_waiting_receiver) {
  Channel<int> channel(1);
  std::optional<int> received = 1;
  std::jthread receiver([&] { received = channel.receive(); });
  channel.close();
  receiver.join();
  EXPECT_EQ(received, std::nullopt);
}

TEST(Channel, close_wakes_a_waiting_sender) {
  Channel<int> channel(1);
  channel.send(1);
  bool sent = true;
  std::jthread sender([&] { sent = channel.send(2); });
  channel.close();
  sender.join();
  EXPECT_FALSE(sent);
  EXPECT_EQ(channel.receive(), 1);
  EXPECT_EQ(channel.receive(), std::nullopt);
}

TEST(Channel, loses_and_doubles_nothing_among_many_threads) {
  constexpr int kSenders = 3, kReceivers = 3, kEach = 2000;
  Channel<int> channel(8);
  std::vector<std::vector<int>> received(kReceivers);
  std::vector<std::jthread> receivers;
  for (std::vector<int>& mine : received)
    receivers.emplace_back([&channel, &mine] {
      for (auto some = channel.receive_some(5); !some.empty(); some = channel.receive_some(5))
        mine.insert(mine.end(), some.begin(), some.end());
    });
  std::vector<std::jthread> senders;
  for (int s = 0; s < kSenders; ++s)
    senders.emplace_back([&channel, s] {
      for (int i = 0; i < kEach; ++i) channel.send(s * kEach + i);
    });
  senders.clear();
  channel.close();
  receivers.clear();

  std::vector<int> all;
  for (const std::vector<int>& part : received) all.insert(all.end(), part.begin(), part.end());
  std::sort(all.begin(), all.end());
  std::vector<int> expected(kSenders * kEach);
  std::iota(expected.begin(), expected.end(), 0);
  EXPECT_EQ(all, expected);
}

}  // namespace
}  // namespace kanpan
