package org.bufferyard.iommu.arm.smmu;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.bufferyard.api.iommu.Translation;

/**
 * Transactions that wait: stalled ones for CMD_RESUME or CMD_STALL_TERM (SMMU architecture, 3.12.2
 * and 4.7), those of a device for the answer to its page request (8). What was answered is tried
 * again, or has its outcome. Engine thread only.
 */
final class HeldTransactions {
  /** STAG has 16 bits. */
  private static final int MAX_STALLS = 1 << 16;

  /**
   * One that waits.
   *
   * @param id that stays through retries
   * @param requestsPages whether its device asks for pages
   * @param refusal its outcome when it is ended
   */
  record Held(
      int id, Transaction transaction, boolean requestsPages, Translation.Fault refusal) {}

  private final Map<Integer, Held> stalled = new HashMap<>();
  private final BitSet tags = new BitSet();

  /** By stream and group. */
  private final Map<Long, Held> asking = new HashMap<>();

  private final Deque<Held> retries = new ArrayDeque<>();
  private final Map<Integer, Translation> outcomes = new HashMap<>();
  private int lastId;

  int newId() {
    return ++lastId;
  }

  /**
   * Holds a stalled transaction.
   *
   * @return its STAG; -1 when all are in use
   */
  int stall(Held held) {
    int tag = tags.nextClearBit(0);
    if (tag >= MAX_STALLS) {
      return -1;
    }
    tags.set(tag);
    stalled.put(tag, held);
    return tag;
  }

  /** CMD_RESUME: nothing happens when that stream has no such transaction. */
  void resume(Command.Resume command) {
    Held held = stalled.get(command.stag());
    if (held != null && held.transaction().stream() == command.stream()) {
      release(command.stag());
      settle(held, command.action() == Command.Resume.Action.RETRY);
    }
  }

  /** CMD_STALL_TERM. */
  void terminate(long stream) {
    List<Integer> members = new ArrayList<>();
    stalled.forEach(
        (tag, held) -> {
          if (held.transaction().stream() == stream) {
            members.add(tag);
          }
        });
    for (int tag : members) {
      settle(release(tag), false);
    }
  }

  private Held release(int tag) {
    tags.clear(tag);
    return stalled.remove(tag);
  }

  private static long key(long stream, int group) {
    return stream << 9 | group;
  }

  /** A device waits for the answer to a group of page requests. */
  void ask(int group, Held held) {
    asking.put(key(held.transaction().stream(), group), held);
  }

  /** The answer to a group, whoever gives it. */
  void answer(long stream, int group, boolean success) {
    Held held = asking.remove(key(stream, group));
    if (held != null) {
      settle(held, success);
    }
  }

  void settle(Held held, boolean retry) {
    if (retry) {
      retries.add(held);
    } else {
      outcomes.put(held.id(), held.refusal());
    }
  }

  /** The next one to be tried again. */
  Optional<Held> nextRetry() {
    return Optional.ofNullable(retries.poll());
  }

  void finish(Held held, Translation outcome) {
    outcomes.put(held.id(), outcome);
  }

  /** What became of one, told once; empty while it waits. */
  Optional<Translation> takeOutcome(int id) {
    return Optional.ofNullable(outcomes.remove(id));
  }

  /** Ends one wherever it waits. */
  void abandon(int id) {
    List<Integer> members = new ArrayList<>();
    stalled.forEach(
        (tag, held) -> {
          if (held.id() == id) {
            members.add(tag);
          }
        });
    for (int tag : members) {
      settle(release(tag), false);
    }
    asking.values().removeIf(held -> ended(held, id));
    retries.removeIf(held -> ended(held, id));
  }

  private boolean ended(Held held, int id) {
    if (held.id() == id) {
      settle(held, false);
    }
    return held.id() == id;
  }
}
