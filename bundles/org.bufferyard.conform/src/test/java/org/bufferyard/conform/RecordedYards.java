package org.bufferyard.conform;

import com.google.gson.JsonObject;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.zip.GZIPInputStream;
import org.bufferyard.conform.bench.Bench;
import org.bufferyard.conform.command.CommandSet;
import org.bufferyard.conform.record.Boots;
import org.bufferyard.conform.record.Operation;
import org.bufferyard.conform.record.RecordedCase;
import org.bufferyard.platform.recorded.RecordedBoot;
import org.bufferyard.platform.recorded.RecordedEnvironments;
import org.bufferyard.platform.spec.PlatformSpec;
import org.bufferyard.platform.wiring.PlainWiring;
import org.bufferyard.platform.yard.Yard;
import org.bufferyard.platform.yard.YardOptions;
import org.bufferyard.platform.yard.YardState;
import org.bufferyard.platform.yard.Yards;

/** Yards on boards that were recorded, and cases run on them. */
final class RecordedYards implements AutoCloseable {
  private final PlainWiring wiring = PlainWiring.wire();
  private final Yards yards = wiring.get(Yards.class);
  private final Boots boots = new Boots(wiring.get(RecordedEnvironments.class));
  private final CommandSet commands = new CommandSet();

  RecordedBoot boot(String run) {
    return boots.boot(run, Optional.empty(), "test");
  }

  /** As cases are replayed. */
  Yard open(RecordedBoot boot) {
    return yards.frozen().open(boot.board(), YardOptions.fidelity(boot.kernel()).withoutCaches());
  }

  /** Does something on a yard of a board, which may be another than the boot's. */
  void on(RecordedBoot boot, PlatformSpec board, String flavour, Consumer<YardState> task) {
    YardOptions options = new YardOptions(boot.kernel(), flavour, false);
    try (Yard yard = yards.open(board, options)) {
      yard.call(
          state -> {
            task.accept(state);
            return true;
          });
    }
  }

  /** Carries out a case's commands. */
  void run(YardState state, RecordedBoot boot, RecordedCase recorded) {
    Bench bench = new Bench(state, boot, recorded, () -> false);
    for (int i = 0; i < recorded.ops().size(); i++) {
      Operation op = Operation.of(i, recorded.ops().get(i), recorded.where());
      commands.command(op.verb()).orElseThrow().run(bench, op, recorded.results().get(i));
    }
  }

  /** A case of whose commands no result was recorded. */
  static RecordedCase accesses(String run, String... ops) {
    List<JsonObject> nothing = Collections.nCopies(ops.length, new JsonObject());
    return new RecordedCase(
        "samples", "0", run, "", List.of(ops), nothing, Optional.empty(), List.of(), "test");
  }

  /** Lines of a log without their time. */
  static List<String> sample(String name) throws IOException {
    try (InputStream in =
            Objects.requireNonNull(RecordedYards.class.getResourceAsStream("samples/" + name));
        BufferedReader lines =
            new BufferedReader(
                new InputStreamReader(new GZIPInputStream(in), StandardCharsets.UTF_8))) {
      return lines.lines().map(l -> l.replaceFirst("^\\[ *[0-9.]+] ", "")).toList();
    }
  }

  @Override
  public void close() {
    wiring.close();
  }
}
