package org.bufferyard.conform.record;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.bufferyard.api.kernel.Rule;
import org.bufferyard.platform.check.Finding;
import org.junit.jupiter.api.Test;

class DebugLogTest {
  private static final String ONE = "DMA-API: dmaoracle-pci 0000:00:10.0: first [size=1 bytes]";
  private static final String TWO = "DMA-API: dmaoracle-pci 0000:00:10.0: second";

  private static List<Finding> said(String... lines) {
    return Arrays.stream(lines)
        .map(
            line ->
                new Finding(
                    Finding.Family.DMA_DEBUG,
                    Finding.Severity.ERROR,
                    Rule.of("I1", "check_unmap"),
                    "A",
                    line,
                    true,
                    List.of()))
        .toList();
  }

  private static Optional<String> missing(List<String> log, String... lines) {
    return DebugLog.missing(log, 0, said(lines));
  }

  @Test
  void everyRecordedLineInItsOrder() {
    List<String> log = List.of(ONE, "DMA-API: Mapped at:", "WARNING: kernel/dma/debug.c:1", TWO);
    assertEquals(Optional.empty(), missing(log, ONE, TWO));
    assertEquals(Optional.of(TWO), missing(log, TWO, ONE));
    assertEquals(Optional.of(ONE), missing(log, TWO));
  }

  @Test
  void silenceOfTheRecordProvesNothing() {
    assertEquals(Optional.empty(), missing(List.of(TWO), ONE, TWO, ONE));
    assertEquals(Optional.empty(), missing(List.of(), ONE));
  }

  @Test
  void theDriversNameAndPointersAreNotCompared() {
    String hashed = "DMA-API: dmaoracle-plat oracle-n0: from stack [probable addr=00000000f1e2d3c4]";
    assertEquals(
        Optional.empty(),
        missing(
            List.of(hashed), "DMA-API: vnd,n0 oracle-n0: from stack [probable addr=(ptrval)]"));
    assertEquals(
        Optional.of(hashed),
        missing(
            List.of(hashed), "DMA-API: vnd,n0 oracle-n1: from stack [probable addr=(ptrval)]"));
  }

  @Test
  void leftoversOfEarlierCasesComeFirst() {
    assertEquals(Optional.empty(), DebugLog.missing(List.of(ONE, TWO), 1, said(TWO)));
  }

  @Test
  void theCaseEndsWithItsThread() {
    assertEquals(
        Optional.empty(),
        missing(List.of(ONE, "Internal error: Oops: 0000000096000005", TWO), ONE));
  }
}
