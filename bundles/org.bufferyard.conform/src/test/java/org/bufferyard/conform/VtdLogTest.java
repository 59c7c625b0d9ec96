package org.bufferyard.conform;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.google.gson.JsonObject;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.zip.GZIPInputStream;
import org.bufferyard.api.event.DmaEvent;
import org.bufferyard.api.event.DmaEvent.KernelMessage;
import org.bufferyard.conform.bench.Bench;
import org.bufferyard.conform.command.CommandSet;
import org.bufferyard.conform.record.Boots;
import org.bufferyard.conform.record.CaseReader;
import org.bufferyard.conform.record.Operation;
import org.bufferyard.conform.record.RecordFile;
import org.bufferyard.conform.record.RecordedCase;
import org.bufferyard.platform.recorded.RecordedBoot;
import org.bufferyard.platform.recorded.RecordedEnvironments;
import org.bufferyard.platform.wiring.PlainWiring;
import org.bufferyard.platform.yard.Yard;
import org.bufferyard.platform.yard.YardOptions;
import org.bufferyard.platform.yard.YardState;
import org.bufferyard.platform.yard.Yards;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What the driver of VT-d wrote on the recorded machines comes out line by line from the same
 * accesses, its rate limit included.
 */
class VtdLogTest {
  private final PlainWiring wiring = PlainWiring.wire();
  private final Yards yards = wiring.get(Yards.class);
  private final Boots boots = new Boots(wiring.get(RecordedEnvironments.class));
  private final CommandSet commands = new CommandSet();

  /** Lines of a log without their time. */
  private static List<String> sample(String name) throws IOException {
    try (InputStream in =
            Objects.requireNonNull(VtdLogTest.class.getResourceAsStream("samples/" + name));
        BufferedReader lines =
            new BufferedReader(
                new InputStreamReader(new GZIPInputStream(in), StandardCharsets.UTF_8))) {
      return lines.lines().map(l -> l.replaceFirst("^\\[ *[0-9.]+] ", "")).toList();
    }
  }

  private Yard open(RecordedBoot boot) {
    return yards.frozen().open(boot.board(), YardOptions.fidelity(boot.kernel()).withoutCaches());
  }

  private List<String> log(YardState state, RecordedBoot boot, RecordedCase recorded) {
    long start = state.events().mark();
    Bench bench = new Bench(state, boot, recorded, () -> false);
    for (int i = 0; i < recorded.ops().size(); i++) {
      Operation op = Operation.of(i, recorded.ops().get(i), recorded.where());
      commands.command(op.verb()).orElseThrow().run(bench, op, recorded.results().get(i));
    }
    return dmar(
        state.events().since(start).stream()
            .filter(KernelMessage.class::isInstance)
            .map(e -> ((KernelMessage) e).text())
            .toList());
  }

  private static List<String> dmar(List<String> lines) {
    return lines.stream().filter(l -> l.startsWith("DMAR: ")).toList();
  }

  @Test
  void theFaultLogOf612ComesOutLineByLine() throws IOException {
    String run = "x86-6.12-vtd-strict";
    List<String> ops =
        List.of(
            "fresh A",
            "edu A rd 0x12345000 256",
            "edu A wr 0x23456000 256",
            "map A ro L9 0 4096 t -",
            "edu A wr ro 64",
            "reset");
    RecordedCase accesses =
        new RecordedCase(
            "samples",
            "3",
            run,
            "",
            ops,
            Collections.nCopies(ops.size(), new JsonObject()),
            Optional.empty(),
            List.of(),
            "test");
    RecordedBoot boot = boots.boot(run, Optional.empty(), "test");
    try (Yard yard = open(boot)) {
      assertEquals(sample("vtd-6.12.txt.gz"), yard.call(state -> log(state, boot, accesses)));
    }
  }

  /**
   * The recorded accesses of a boot, one after the other as they were run: in 7.3 the fourth fault is
   * announced and no longer told, since three tokens of ten go with each; 6.1 and 6.12 let a device
   * read what was mapped for writing, 7.3 does not.
   */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "x86-6.1-vtd-strict",
        "x86-6.12-vtd-strict",
        "x86-7.3-vtd-strict",
        "x86-7.3dbg-vtd-strict+all"
      })
  void theAccessesOfABootAreLoggedAsRecorded(String run) throws IOException {
    List<RecordedCase> cases = new ArrayList<>();
    RecordFile file = RecordFile.carried("edu_dma.jsonl.gz");
    try (BufferedReader lines = file.open()) {
      for (String line : lines.lines().filter(l -> l.contains('"' + run + '"')).toList()) {
        cases.add(CaseReader.read(line, file.name()));
      }
    }
    cases.sort(Comparator.comparing(c -> Integer.parseInt(c.id().replaceFirst(".*-", ""))));
    RecordedBoot boot = boots.boot(run, Optional.empty(), "test");
    int told = 0;
    try (Yard yard = open(boot)) {
      for (RecordedCase recorded : cases) {
        List<String> expected = dmar(recorded.log());
        told += expected.size();
        List<String> said = yard.call(state -> log(state, boot, recorded));
        assertEquals(expected, said, recorded.id());
      }
    }
    assertEquals(run.contains("7.3") ? 7 : run.contains("6.12") ? 6 : 2, told);
  }
}
