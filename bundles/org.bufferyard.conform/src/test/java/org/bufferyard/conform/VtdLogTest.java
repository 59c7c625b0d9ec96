package org.bufferyard.conform;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.BufferedReader;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.bufferyard.api.event.DmaEvent.KernelMessage;
import org.bufferyard.conform.record.CaseReader;
import org.bufferyard.conform.record.RecordFile;
import org.bufferyard.conform.record.RecordedCase;
import org.bufferyard.platform.recorded.RecordedBoot;
import org.bufferyard.platform.yard.Yard;
import org.bufferyard.platform.yard.YardState;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What the driver of VT-d wrote on the recorded machines comes out line by line from the same
 * accesses, its rate limit included.
 */
class VtdLogTest {
  private final RecordedYards yards = new RecordedYards();

  private List<String> log(YardState state, RecordedBoot boot, RecordedCase recorded) {
    long start = state.events().mark();
    yards.run(state, boot, recorded);
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
    RecordedCase accesses =
        RecordedYards.accesses(
            run,
            "fresh A",
            "edu A rd 0x12345000 256",
            "edu A wr 0x23456000 256",
            "map A ro L9 0 4096 t -",
            "edu A wr ro 64",
            "reset");
    RecordedBoot boot = yards.boot(run);
    try (Yard yard = yards.open(boot)) {
      assertEquals(RecordedYards.sample("vtd-6.12.txt.gz"), yard.call(state -> log(state, boot, accesses)));
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
    RecordedBoot boot = yards.boot(run);
    int told = 0;
    try (Yard yard = yards.open(boot)) {
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
