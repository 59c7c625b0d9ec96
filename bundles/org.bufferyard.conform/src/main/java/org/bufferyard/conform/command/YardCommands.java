package org.bufferyard.conform.command;

import com.google.gson.JsonObject;
import java.util.Map;
import java.util.Optional;
import org.bufferyard.conform.answer.Answer;
import org.bufferyard.conform.answer.RecordedPlaces;
import org.bufferyard.conform.bench.Bench;
import org.bufferyard.conform.bench.BenchObject;
import org.bufferyard.conform.record.Operation;
import org.bufferyard.platform.spec.PoolSpec;
import org.bufferyard.platform.yard.BounceArea;

/** The case and the machine as a whole: reset, and a look at the bounce pools. */
final class YardCommands {
  /** The recorder's name of the pool that no device names. */
  private static final String DEFAULT_POOL = "default";

  private YardCommands() {}

  static void addTo(Map<String, Command> commands) {
    commands.put("reset", YardCommands::reset);
    commands.put("!swiotlb", YardCommands::usedSlots);
  }

  /** The recorder's module gives back all that the case left, the newest first. */
  private static Answer reset(Bench bench, Operation op, JsonObject recorded) {
    for (String name : bench.names()) {
      switch (bench.object(name).orElseThrow()) {
        case BenchObject.Mapping m when m.live() -> MappingCommands.giveBack(bench, m);
        case BenchObject.PageList list when list.use().isPresent() ->
            ListCommands.giveBack(bench, list);
        case BenchObject.Buffer buffer -> AllocationCommands.giveBack(bench, buffer);
        case BenchObject.Attached attached -> BufferCommands.giveBack(bench, attached);
        case BenchObject.Shared shared -> bench.state().dmaBufs().put(shared.buffer());
        case BenchObject.Signal signal -> signal.fence().put();
        case BenchObject.Mapping unmapped -> {}
        case BenchObject.PageList unmapped -> {}
      }
      bench.remove(name);
    }
    // What it gives back itself, it does not count as callbacks of a command.
    bench.callbacks().clear();
    return Answer.rc(0);
  }

  private static Answer usedSlots(Bench bench, Operation op, JsonObject recorded) {
    JsonObject shown =
        recorded.get("used") instanceof JsonObject object ? object : new JsonObject();
    JsonObject used = new JsonObject();
    used.addProperty(DEFAULT_POOL, 0L);
    for (BounceArea area : bench.state().bounceAreas()) {
      String pool = nameOf(bench, area);
      long own = area.pool().usedSlots();
      Optional<Long> seen = RecordedPlaces.number(shown.get(pool));
      long leaked = seen.map(s -> bench.leakedSlots(pool, s - own)).orElse(0L);
      used.addProperty(pool, own + leaked);
    }
    return new Answer().put("used", used);
  }

  /** Only the default pool serves no coherent allocations (E7). */
  private static String nameOf(Bench bench, BounceArea area) {
    return area.forAlloc()
        ? bench.boot().board().pools().stream()
            .filter(p -> p.id().equals(area.spec().id()))
            .map(PoolSpec::name)
            .findFirst()
            .orElseThrow()
        : DEFAULT_POOL;
  }
}
