package org.bufferyard.scenario.explain;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.bufferyard.api.dma.AllocationSource;
import org.bufferyard.api.dmabuf.DmaBufs.OpsPolicy;
import org.bufferyard.api.event.DmaEvent;
import org.bufferyard.api.kernel.Errno;
import org.bufferyard.api.memory.PageBacking;
import org.bufferyard.api.memory.Segment;
import org.bufferyard.platform.input.NoTableFormatException;
import org.bufferyard.platform.verdict.MemoryKind;
import org.bufferyard.platform.verdict.Share;
import org.bufferyard.platform.verdict.Share.PageView;
import org.bufferyard.platform.verdict.Share.SegmentView;
import org.bufferyard.platform.verdict.ShareQuestion;
import org.bufferyard.platform.verdict.Verdict;
import org.bufferyard.platform.yard.Domain;
import org.bufferyard.platform.yard.YardState;
import org.bufferyard.scenario.share.FrameTransfer;
import org.bufferyard.scenario.share.ShareAttempt;

/** Runs one share on a yard and judges it. Engine thread only. */
final class ShareJudge {
  private final YardState yard;

  ShareJudge(YardState yard) {
    this.yard = yard;
  }

  /** The verdict with its chain, without remedies. */
  Share judge(ShareQuestion question, OpsPolicy policy, String importer) {
    yard.events().record(true);
    long start = yard.events().mark();
    Optional<Domain> domain = yard.device(importer).domain();
    ShareAttempt.Result result = new ShareAttempt(yard, question, policy, importer).run();
    List<DmaEvent> told = yard.events().since(start);
    if (result.told() - start < told.size()) {
      told = told.subList(0, (int) (result.told() - start));
    }
    ChainReader reader = new ChainReader(told);
    return new Share(
        policy.name().toLowerCase(Locale.ROOT),
        question.exporter(),
        importer,
        memoryText(question, result),
        result.ops(),
        verdict(result, reader, importer),
        result.refusal().map(r -> Errno.text(r.rc())),
        result.stop().map(NoTableFormatException::missing),
        result.segments().stream().map(ShareJudge::view).toList(),
        reader.mappings(
            domain.map(Domain::id),
            domain.map(Domain::iommu).orElse(""),
            question.memory() == MemoryKind.RESOURCE),
        reader.hazards(),
        reader.chain(question.kernel()),
        List.of(),
        reader.cost());
  }

  /** The first that applies, in the order of {@link Verdict}. */
  private static Verdict verdict(ShareAttempt.Result result, ChainReader reader, String importer) {
    if (result.refusal().isPresent() || result.stop().isPresent()) {
      return Verdict.REFUSED;
    }
    if (result.oops().isPresent()) {
      return Verdict.OOPS;
    }
    if (result.firstBadTransfer().isPresent()) {
      return switch (result.firstBadTransfer().get()) {
        case FrameTransfer.Outcome.Stopped s -> Verdict.FAULT;
        case FrameTransfer.Outcome.WrongBytes w -> Verdict.CORRUPT;
        case FrameTransfer.Outcome.Stale s -> Verdict.STALE;
        case FrameTransfer.Outcome.Intact i ->
            throw new IllegalStateException("an intact transfer was reported as a bad one");
      };
    }
    return reader.bounced(importer) ? Verdict.BOUNCED : Verdict.SHARED;
  }

  /** What was asked for, and what came out where that is more. */
  private static String memoryText(ShareQuestion question, ShareAttempt.Result result) {
    String asked = question.memory().word();
    return result
        .allocation()
        .map(a -> asked + " (" + sourceText(a.source()) + ")")
        .orElse(asked);
  }

  private static String sourceText(AllocationSource source) {
    return source.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  private static SegmentView view(Segment segment) {
    return switch (segment) {
      case Segment.PageBacked p ->
          new SegmentView(
              p.dma(),
              p.dmaLength(),
              Optional.of(new PageView(p.phys(), p.page().backing().hasLinearMapping())));
      case Segment.DmaOnly d -> new SegmentView(d.dma(), d.dmaLength(), Optional.empty());
    };
  }
}
