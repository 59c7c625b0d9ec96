package org.bufferyard.shell.text;

import java.util.Optional;
import java.util.regex.Pattern;
import org.bufferyard.api.dma.DmaAddress;
import org.bufferyard.platform.board.OpenBoard;
import org.bufferyard.platform.spec.DeviceSpec;
import org.bufferyard.platform.verdict.ChainStep;
import org.bufferyard.platform.verdict.Share;
import org.bufferyard.platform.verdict.Share.Cost;
import org.bufferyard.platform.verdict.Share.HazardView;
import org.bufferyard.platform.verdict.Share.MappingView;
import org.bufferyard.platform.verdict.Share.SegmentView;
import org.bufferyard.platform.verdict.ShareReport;
import org.bufferyard.platform.verdict.Verdict;

/** The answer to explain, as a mail that a kernel developer would send. */
public final class ShareText {
  private static final int MOST_SEGMENTS = 8;

  /** The longest word before a fact: all line up with it, whether it is there or not. */
  private static final String WIDEST_FACT = "segment";

  private static final String WHY = String.format("  %-" + WIDEST_FACT.length() + "s  ", "why");
  private static final Pattern FAILS = Pattern.compile("-E[A-Z]+");

  private final OpenBoard board;
  private final ShareReport report;

  public ShareText(OpenBoard board, ShareReport report) {
    this.board = board;
    this.report = report;
  }

  public String text() {
    StringBuilder out = new StringBuilder();
    out.append("board ").append(report.board()).append(", kernel ").append(report.kernel());
    out.append("\n\n").append(overview());
    board.warnings().forEach(w -> out.append(Paragraph.fold("  ", "warning: " + w)));
    board.readOnly().ifPresent(r -> out.append(Paragraph.fold("  ", "read-only: " + r)));
    for (Share share : report.results()) {
      out.append('\n').append(detail(share));
    }
    return out.toString();
  }

  /** All verdicts at a glance. */
  private String overview() {
    Columns columns = new Columns("  ");
    for (Share s : report.results()) {
      columns.row(
          s.policy(),
          name(s.exporter()) + " -> " + name(s.importer()),
          s.verdict() + s.errno().or(s::stop).map(e -> " (" + e + ")").orElse(""),
          s.hazards().isEmpty() ? "" : hazardCount(s.hazards().size()));
    }
    return columns.text();
  }

  private static String hazardCount(int hazards) {
    return hazards == 1 ? "1 hazard" : hazards + " hazards";
  }

  private String detail(Share share) {
    StringBuilder out = new StringBuilder();
    out.append(share.policy()).append(": ").append(name(share.exporter())).append(" -> ");
    out.append(name(share.importer())).append(": ").append(share.verdict());
    share.errno().ifPresent(e -> out.append(", user space sees ").append(e));
    share.stop().ifPresent(why -> out.append(" by Bufferyard, not by the kernel: ").append(why));
    out.append('\n');
    deciding(share)
        .ifPresent(s -> out.append(Paragraph.fold(WHY, " ".repeat(WHY.length()), why(share, s))));
    out.append(facts(share));
    for (ChainStep step : share.chain()) {
      out.append(step(step));
    }
    for (HazardView hazard : share.hazards()) {
      out.append(
          Paragraph.fold(
              "  ", "hazard " + hazard.rule() + " " + name(hazard.element()) + ": " + hazard.text()));
    }
    if (!share.remedies().isEmpty()) {
      out.append("  what would change it (tried):\n");
      share.remedies().forEach(r -> out.append(Paragraph.fold("    - ", "      ", r)));
    }
    return out.toString();
  }

  /**
   * The step that made it other than SHARED: the first that fails, as later ones only pass its errno
   * on; the last that finds a bounce needed; else the last, which is where the bytes or the kernel
   * went wrong.
   */
  private static Optional<ChainStep> deciding(Share share) {
    if (share.verdict() == Verdict.SHARED || share.chain().isEmpty()) {
      return Optional.empty();
    }
    ChainStep last = share.chain().getLast();
    return Optional.of(
        switch (share.verdict()) {
          case REFUSED ->
              share.chain().stream()
                  .filter(s -> share.errno().isPresent() && FAILS.matcher(s.text()).find())
                  .findFirst()
                  .orElse(last);
          case BOUNCED ->
              share.chain().reversed().stream()
                  .filter(s -> s.text().endsWith(": bounced"))
                  .findFirst()
                  .orElse(last);
          case OOPS, FAULT, CORRUPT, STALE, COPIED, SHARED -> last;
        });
  }

  /** The deciding step, and before an errno what the step just before it found at the same element. */
  private static String why(Share share, ChainStep deciding) {
    int before = share.chain().indexOf(deciding) - 1;
    boolean led =
        share.errno().isPresent()
            && before >= 0
            && share.chain().get(before).element().equals(deciding.element());
    return led
        ? share.chain().get(before).text()
            + "; "
            + deciding.text()
            + " (steps "
            + (deciding.step() - 1)
            + ", "
            + deciding.step()
            + ")"
        : deciding.text() + " (step " + deciding.step() + ")";
  }

  private String facts(Share share) {
    Columns facts = new Columns("  ");
    facts.row(String.format("%-" + WIDEST_FACT.length() + "s", "memory"), share.memory());
    if (!share.ops().isEmpty()) {
      facts.row("ops", share.ops());
    }
    share.segments().stream()
        .limit(MOST_SEGMENTS)
        .forEach(s -> facts.row("segment", segment(s)));
    if (share.segments().size() > MOST_SEGMENTS) {
      facts.row("", "… and " + (share.segments().size() - MOST_SEGMENTS) + " more segments");
    }
    share.mappings().stream()
        .limit(MOST_SEGMENTS)
        .forEach(m -> facts.row("mapping", mapping(m)));
    if (share.mappings().size() > MOST_SEGMENTS) {
      facts.row("", "… and " + (share.mappings().size() - MOST_SEGMENTS) + " more mappings");
    }
    facts.row("cost", cost(share.cost()));
    return facts.text();
  }

  private static String segment(SegmentView segment) {
    return "dma "
        + DmaAddress.hex(segment.dma())
        + "  length "
        + DmaAddress.hex(segment.length())
        + "  "
        + segment
            .page()
            .map(
                p ->
                    "page "
                        + DmaAddress.hex(p.phys())
                        + (p.valid() ? "" : " (made up: no linear mapping)"))
            .orElse("DMA-only, no page");
  }

  private String mapping(MappingView mapping) {
    return name(mapping.iommu())
        + ": iova "
        + DmaAddress.hex(mapping.iova())
        + " -> phys "
        + DmaAddress.hex(mapping.phys())
        + "  "
        + Sizes.text(mapping.size())
        + "  "
        + mapping.prot();
  }

  private static String cost(Cost cost) {
    return "copied "
        + Sizes.text(cost.copiedBytes())
        + ", cache maintenance "
        + Sizes.text(cost.cacheBytes())
        + ", IOMMU maps "
        + cost.iommuMaps();
  }

  private String step(ChainStep step) {
    String element = name(step.element());
    String head =
        String.format(
            "  %2d. [%s] %s%s", step.step(), step.rule(), step.kernel(),
            step.kernel().matches("[a-z0-9_]+") ? "()" : "");
    return head
        + (element.isEmpty() ? "" : ", " + element)
        + ":\n"
        + Paragraph.fold("      ", step.text());
  }

  /** Ids are for files; people know names. */
  private String name(String id) {
    return board.spec().device(id).map(DeviceSpec::name)
        .or(() -> board.spec().pool(id).map(p -> p.name()))
        .or(() -> board.spec().iommu(id).map(i -> i.name()))
        .orElse(id);
  }
}
