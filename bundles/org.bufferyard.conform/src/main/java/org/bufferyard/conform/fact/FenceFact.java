package org.bufferyard.conform.fact;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.IntUnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.bufferyard.api.dmabuf.DmaFence;
import org.bufferyard.api.dmabuf.DmaFences;
import org.bufferyard.api.dmabuf.DmaResv;
import org.bufferyard.api.dmabuf.FenceUsage;
import org.bufferyard.api.dmabuf.FenceWalk;

/**
 * A question of the kernel's unit tests of fences ({@code st-dma-fence.c}, {@code st-dma-resv.c},
 * {@code st-dma-fence-chain.c}, {@code st-dma-fence-unwrap.c}), asked of a yard's own.
 */
public final class FenceFact {
  private static final Pattern FIND = Pattern.compile("find_seqno\\((\\d+)\\).*");
  private static final Pattern STUBS = Pattern.compile("(\\d+) stub fences");
  private static final int EIO = -5;

  /** No chain of a fact is longer; a damaged one must not ask for all memory. */
  private static final int MAX_LENGTH = 1 << 16;

  private final DmaFences fences;
  private final String op;
  private final JsonObject input;
  private long contexts;
  private int runs;

  public FenceFact(DmaFences fences, String op, JsonObject input) {
    this.fences = fences;
    this.op = op;
    this.input = input;
  }

  /** The answer; empty for an operation that is not known. */
  public Optional<JsonObject> answer(String group) {
    return Optional.ofNullable(
        switch (group) {
          case "dma-resv" -> reservation();
          case "dma-fence" -> plain();
          case "dma-fence-chain" -> chain();
          case "dma-fence-unwrap" -> unwrapped();
          default -> null;
        });
  }

  private DmaFence fence() {
    return fences.fence(++contexts, 1);
  }

  private static JsonObject fields() {
    return new JsonObject();
  }

  // ---- dma-resv ----

  private JsonObject reservation() {
    DmaResv reservation = fences.reservation();
    JsonObject answer = fields();
    if (op.startsWith("init, lock, unlock")) {
      answer.addProperty("lockRc", reservation.lock());
      reservation.unlock();
      return answer;
    }
    if (!input.has("usage")) {
      return null;
    }
    FenceUsage usage =
        FenceUsage.valueOf(input.get("usage").getAsString().toUpperCase(Locale.ROOT));
    reservation.add(fence(), usage);
    if (op.startsWith("iterate unlocked")) {
      return walked(reservation, usage);
    }
    if (op.startsWith("dma_resv_get_fences")) {
      answer.addProperty("rc", 0);
      answer.addProperty("count", count(reservation.walk(usage)));
      return answer;
    }
    return null;
  }

  /** The table is replaced by a bigger one under the walk, once. */
  private static JsonObject walked(DmaResv reservation, FenceUsage usage) {
    FenceWalk walk = reservation.walk(usage);
    int seen = 0;
    boolean restarted = true;
    FenceUsage last = FenceUsage.BOOKKEEP;
    for (Optional<DmaFence> at = walk.next(); at.isPresent(); at = walk.next()) {
      seen++;
      restarted &= walk.isRestarted();
      last = walk.usage();
      if (seen == 1) {
        reservation.reserve(64);
      }
    }
    JsonObject answer = fields();
    answer.addProperty("fenceSeen", seen);
    answer.addProperty("isRestartedFlagEachTime", restarted);
    answer.addProperty("usageOfFence", last.name().toLowerCase(Locale.ROOT));
    return answer;
  }

  private static int count(FenceWalk walk) {
    int count = 0;
    while (walk.next().isPresent()) {
      count++;
    }
    return count;
  }

  // ---- dma-fence ----

  private JsonObject plain() {
    JsonObject answer = fields();
    DmaFence fence = fence();
    Matcher stubs = STUBS.matcher(op);
    if (stubs.matches()) {
      boolean all = true;
      for (int i = 0; i < length(stubs.group(1)); i++) {
        all &= fences.stub().isSignaled();
      }
      answer.addProperty("allSignaled", all);
    } else if (op.startsWith("is_signaled before/after")) {
      answer.addProperty("before", fence.isSignaled());
      String driver = fence.driverName();
      answer.addProperty("checkAndSignalReportsAlready", fence.signal() != 0);
      answer.addProperty("after", fence.isSignaled());
      answer.addProperty("opsClearedOnSignal", !fence.driverName().equals(driver));
    } else if (op.equals("add_callback after signal")) {
      fence.signal();
      answer.addProperty("rc", fence.addCallback(() -> runs++));
      answer.addProperty("callbackRuns", runs > 0);
    } else if (op.startsWith("get_status before/after")) {
      answer.addProperty("before", fence.status());
      fence.signal();
      answer.addProperty(
          "after", fence.status() == 0 ? "0" : "nonzero (" + fence.status() + ")");
    } else if (op.startsWith("set_error")) {
      fence.setError(input.has("error") ? input.get("error").getAsInt() : EIO);
      answer.addProperty("statusBeforeSignal", fence.status());
      fence.signal();
      answer.addProperty("statusAfterSignal", fence.status());
    } else if (op.startsWith("wait_timeout(0) before/after")) {
      answer.addProperty("before", fence.waitTimeout(0));
      fence.signal();
      answer.addProperty("after", fence.waitTimeout(0));
    } else {
      return null;
    }
    return answer;
  }

  // ---- dma-fence-chain ----

  /** Link i waits for a fence of its own and has the number i + 1. */
  private final class Chain {
    private final List<DmaFence> waited = new ArrayList<>();
    private final List<DmaFence> links = new ArrayList<>();

    Chain(int length) {
      Optional<DmaFence> previous = Optional.empty();
      for (int i = 0; i < length; i++) {
        waited.add(fence());
        DmaFence link = fences.chain(previous, waited.get(i), i + 1L);
        link.get();
        links.add(link);
        previous = Optional.of(link);
      }
    }

    /** Whether each link is signaled exactly when all fences up to its own are. */
    boolean isTrue() {
      boolean all = true;
      for (int i = 0; i < links.size(); i++) {
        all &= waited.get(i).isSignaled();
        if (links.get(i).isSignaled() != all) {
          return false;
        }
      }
      return true;
    }
  }

  private JsonObject chain() {
    if (!input.has("length")) {
      return null;
    }
    int length = length(input.get("length").getAsString());
    Chain chain = new Chain(length);
    Matcher find = FIND.matcher(op);
    if (find.matches()) {
      JsonObject answer = fields();
      long seqno = Long.parseLong(find.group(1));
      answer.addProperty("rc", fences.findSeqno(chain.links.getLast(), seqno).rc());
      return answer;
    }
    return op.equals("signal fences descending")
        ? signaled(chain, length, i -> length - 1 - i)
        : null;
  }

  private static JsonObject signaled(Chain chain, int length, IntUnaryOperator order) {
    boolean right = true;
    for (int i = 0; i < length; i++) {
      chain.waited.get(order.applyAsInt(i)).signal();
      right &= chain.isTrue();
    }
    JsonObject answer = fields();
    answer.addProperty(
        "beforeLast",
        right
            ? "no chain with an unsignaled ancestor is signaled"
            : "a chain with an unsignaled ancestor is signaled");
    answer.addProperty(
        "afterAll",
        chain.links.stream().allMatch(DmaFence::isSignaled) ? "all signaled" : "not all signaled");
    return answer;
  }

  private static int length(String text) {
    int length = Integer.parseInt(text);
    if (length < 1 || length > MAX_LENGTH) {
      throw new IllegalArgumentException("a length of " + length);
    }
    return length;
  }

  // ---- dma-fence-unwrap ----

  private JsonObject unwrapped() {
    if (!op.startsWith("unwrap ")) {
      return null;
    }
    FenceExpression expression = new FenceExpression(fences, op.substring("unwrap ".length()));
    Optional<DmaFence> container = expression.value();
    if (container.isEmpty()) {
      return null;
    }
    TreeMap<String, DmaFence> found = new TreeMap<>();
    for (DmaFence fence : fences.unwrap(container.get())) {
      found.put(expression.nameOf(fence), fence);
    }
    JsonArray set = new JsonArray();
    found.keySet().forEach(set::add);
    JsonObject answer = fields();
    answer.add("set", set);
    return answer;
  }
}
