package org.bufferyard.shell.text;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.bufferyard.platform.board.OpenBoard;
import org.bufferyard.platform.verdict.ChainStep;
import org.bufferyard.platform.verdict.Share;
import org.bufferyard.platform.verdict.ShareReport;
import org.bufferyard.platform.verdict.Verdict;
import org.junit.jupiter.api.Test;

/** The reason stands under the verdict, before the steps. */
class ShareTextTest {
  private static final OpenBoard BOARD =
      new OpenBoard(EmptyBoard.SPEC, List.of(), Optional.empty());

  private static String text(Verdict verdict, Optional<String> errno, String... steps) {
    List<ChainStep> chain = new ArrayList<>();
    for (String step : steps) {
      String[] part = step.split("\\|");
      chain.add(new ChainStep(chain.size() + 1, "A8", "f", part[0], part[1], Map.of()));
    }
    Share share =
        new Share(
            "mainline",
            "cam",
            "gpu",
            "default",
            "",
            verdict,
            errno,
            Optional.empty(),
            List.of(),
            List.of(),
            List.of(),
            chain,
            List.of("a remedy that goes on and on ".repeat(4).strip()),
            new Share.Cost(0, 0, 0, 0));
    return new ShareText(BOARD, new ShareReport("b", "7.3", List.of(share))).text();
  }

  @Test
  void aRefusalIsTheFirstStepThatFailsAndWhatLedToIt() {
    String text =
        text(
            Verdict.REFUSED,
            Optional.of("-EINVAL"),
            "cam|allocates",
            "gpu|the window ends at 1 GiB",
            "gpu|cannot be mapped: -EIO",
            "gpu|any error becomes -EINVAL");
    assertTrue(
        text.contains(
            "user space sees -EINVAL\n  why      the window ends at 1 GiB; cannot be mapped: -EIO"
                + " (steps 2, 3)\n  memory   default\n"),
        text);
  }

  @Test
  void whatTheStepBeforeFoundElsewhereLedToNothing() {
    String text =
        text(Verdict.REFUSED, Optional.of("-EIO"), "cam|one segment", "gpu|too far: -EIO");
    assertTrue(text.contains("\n  why      too far: -EIO (step 2)\n"), text);
  }

  @Test
  void otherVerdictsEndWhereTheyWereMade() {
    String[] steps = {"gpu|mask 31 bit: bounced", "gpu|1 segment", "gpu|reads the frame"};
    assertTrue(
        text(Verdict.BOUNCED, Optional.empty(), steps).contains("why      mask 31 bit: bounced"));
    assertTrue(
        text(Verdict.STALE, Optional.empty(), steps).contains("why      reads the frame (step 3)"));
    assertEquals(-1, text(Verdict.SHARED, Optional.empty(), steps).indexOf("why  "));
  }

  @Test
  void aLongRemedyIsOneItemAndFitsATerminal() {
    String text = text(Verdict.STALE, Optional.empty(), "gpu|reads");
    assertEquals(1, text.lines().filter(l -> l.startsWith("    - ")).count(), text);
    assertEquals(List.of(), text.lines().filter(l -> l.length() > 80).toList());
  }
}
