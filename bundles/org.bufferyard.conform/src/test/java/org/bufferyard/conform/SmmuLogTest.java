package org.bufferyard.conform;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.BufferedReader;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.bufferyard.api.event.DmaEvent;
import org.bufferyard.api.event.DmaEvent.KernelMessage;
import org.bufferyard.conform.record.CaseReader;
import org.bufferyard.conform.record.RecordFile;
import org.bufferyard.conform.record.RecordedCase;
import org.bufferyard.platform.recorded.RecordedBoot;
import org.bufferyard.platform.yard.Yard;
import org.junit.jupiter.api.Test;

/**
 * What the driver of the SMMUv3 wrote on the recorded machines comes out line by line from the same
 * accesses, its rate limit included: probing, event records, and what was suppressed.
 */
class SmmuLogTest {
  private static final String SMMU = "smmu";

  private final RecordedYards yards = new RecordedYards();

  private static List<String> log(List<DmaEvent> events) {
    return events.stream()
        .filter(e -> e instanceof KernelMessage m && m.element().equals(SMMU))
        .map(e -> ((KernelMessage) e).text())
        .toList();
  }

  @Test
  void theFaultLogOf612ComesOutLineByLine() throws IOException {
    RecordedBoot boot = yards.boot("arm64-6.12-smmu-strict");
    RecordedCase accesses =
        RecordedYards.accesses(
            "arm64-6.12-smmu-strict",
            "fresh A",
            "edu A rd 0x12345000 256",
            "edu A wr 0x23456000 256",
            "map A ro L9 0 4096 t -",
            "edu A wr ro 64",
            "reset");
    try (Yard yard = yards.open(boot)) {
      List<String> log =
          yard.call(
              state -> {
                yards.run(state, boot, accesses);
                return log(state.events().since(0));
              });
      assertEquals(RecordedYards.sample("smmuv3-6.12.txt.gz"), log);
    }
  }

  /** Sixteen beats of a refused write fault, ten are told; a later fault tells of the other six. */
  @Test
  void theSuppressedEventsOf61AreCounted() throws IOException {
    RecordedBoot boot = yards.boot("arm64-6.1-smmu-strict+main");
    try (Yard yard = yards.open(boot)) {
      List<String> log =
          yard.call(
              state -> {
                yards.run(
                    state,
                    boot,
                    RecordedYards.accesses(boot.run(), "fresh A", "map A ro L30 0 4096 t -", "edu A wr ro 64"));
                state.advance(Duration.ofSeconds(6).toNanos());
                long later = state.events().mark();
                yards.run(state, boot, RecordedYards.accesses(boot.run(), "fresh A", "edu A rd 0x70000000 256"));
                return log(state.events().since(later));
              });
      assertEquals(RecordedYards.sample("smmuv3-6.1.txt.gz"), log);
    }
  }

  /** Every line that a recorded case has of the driver; the recorder spells tabs and quotes so. */
  @Test
  void everyRecordedCaseHasItsEventRecords() throws IOException {
    List<String> compared = new ArrayList<>();
    for (String scenario : List.of("edu_dma", "pool_direct_use", "pool_share", "restricted_pool")) {
      RecordFile file = RecordFile.carried(scenario + ".jsonl.gz");
      try (BufferedReader lines = file.open()) {
        for (String line : lines.lines().filter(l -> l.contains("arm-smmu-v3 ")).toList()) {
          RecordedCase recorded = CaseReader.read(line, file.name());
          List<String> said =
              recorded.log().stream().filter(l -> l.startsWith("arm-smmu-v3 ")).toList();
          if (!said.isEmpty()) {
            List<String> is = replayed(recorded);
            String what = recorded.run() + " " + recorded.id();
            assertEquals(said, is.subList(0, Math.min(said.size(), is.size())), what);
            compared.add(what + " " + said.size());
          }
        }
      }
    }
    System.out.println("event records as recorded: " + compared);
    assertEquals(12, compared.size(), compared::toString);
  }

  private List<String> replayed(RecordedCase recorded) {
    RecordedBoot boot = yards.boot(recorded.run());
    try (Yard yard = yards.open(boot)) {
      return yard.call(
          state -> {
            long start = state.events().mark();
            yards.run(state, boot, recorded);
            return log(state.events().since(start)).stream()
                .map(l -> l.replace("\t", "'x09").replace('"', '\''))
                .toList();
          });
    }
  }
}
