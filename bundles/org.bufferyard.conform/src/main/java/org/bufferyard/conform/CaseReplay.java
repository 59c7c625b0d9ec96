package org.bufferyard.conform;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import org.bufferyard.api.event.DmaEvent;
import org.bufferyard.api.event.DmaEvent.MessageClass;
import org.bufferyard.api.iommu.IommuKind;
import org.bufferyard.api.kernel.Flavour;
import org.bufferyard.api.kernel.KernelOops;
import org.bufferyard.conform.answer.Answer;
import org.bufferyard.conform.answer.Comparison;
import org.bufferyard.conform.answer.Outcome;
import org.bufferyard.conform.bench.Bench;
import org.bufferyard.conform.bench.IommuTrace;
import org.bufferyard.conform.command.CommandSet;
import org.bufferyard.conform.record.KernelLog;
import org.bufferyard.conform.record.OopsedBoots;
import org.bufferyard.conform.record.Operation;
import org.bufferyard.conform.record.RecordedCase;
import org.bufferyard.platform.check.Checks;
import org.bufferyard.platform.conform.ConformReport.Difference;
import org.bufferyard.platform.input.BadInputException;
import org.bufferyard.platform.recorded.RecordedBoot;
import org.bufferyard.platform.registry.Kinds;
import org.bufferyard.platform.spec.IommuSpec;
import org.bufferyard.platform.spec.PlatformSpec;
import org.bufferyard.platform.yard.Yard;
import org.bufferyard.platform.yard.YardOptions;
import org.bufferyard.platform.yard.YardState;
import org.bufferyard.platform.yard.Yards;

/**
 * Replays cases, each on a yard of its own: what the kernel carried from case to case (page allocator,
 * search positions) is an input here, so cases can run side by side. Only what dma-debug remembers is
 * carried on, where the order is known.
 */
final class CaseReplay {
  private final CommandSet commands = new CommandSet();
  private final Yards yards;
  private final Kinds kinds;
  private final Checks checks;
  private final OopsedBoots oopses;

  CaseReplay(Yards yards, Kinds kinds, Checks checks, OopsedBoots oopses) {
    this.checks = checks;
    this.oopses = oopses;
    this.yards = yards;
    this.kinds = kinds;
  }

  /** A case by itself: dma-debug's books begin with it. */
  Outcome replay(RecordedCase recorded, RecordedBoot boot) {
    return replay(recorded, boot, new DebugReader(checks, boot));
  }

  /**
   * Cases of one boot, one after the other: what dma-debug remembers goes from case to case.
   *
   * @param cases in the order in which they were recorded
   */
  List<Outcome> replayInOrder(List<RecordedCase> cases, RecordedBoot boot) {
    DebugReader debug = new DebugReader(checks, boot);
    return cases.stream().map(recorded -> replay(recorded, boot, debug)).toList();
  }

  private Outcome replay(RecordedCase recorded, RecordedBoot boot, DebugReader debug) {
    if (recorded.isAdvisory()) {
      return new Outcome.Advisory();
    }
    List<Operation> operations = new ArrayList<>();
    for (String text : recorded.ops()) {
      operations.add(Operation.of(operations.size(), text, recorded.where()));
    }
    Optional<String> reason = cannotReplay(recorded, operations, boot.board());
    if (reason.isPresent()) {
      return new Outcome.Skipped(reason.get());
    }
    try (Yard yard = yards.open(boot.board(), YardOptions.fidelity(boot.kernel()).withoutCaches())) {
      return yard.call(state -> run(recorded, operations, state, boot, debug));
    } catch (BadInputException e) {
      return new Outcome.Skipped(e.getMessage());
    }
  }

  private Optional<String> cannotReplay(
      RecordedCase recorded, List<Operation> operations, PlatformSpec board) {
    for (Operation op : operations) {
      if (commands.command(op.verb()).isEmpty()) {
        return Optional.of(CommandSet.reasonFor(op.verb()));
      }
    }
    return unknownIommu(operations, board)
        .map(i -> "no installed plug-in models the IOMMU " + i + ", which a device stands behind");
  }

  /** The first IOMMU that a device of the case needs and nobody brings. */
  private Optional<String> unknownIommu(List<Operation> operations, PlatformSpec board) {
    if (board.iommus().isEmpty()) {
      return Optional.empty();
    }
    return operations.stream()
        .flatMap(op -> op.words().stream().skip(1))
        .distinct()
        .flatMap(word -> board.device(word).stream())
        .flatMap(device -> device.streams().stream())
        .flatMap(stream -> board.iommu(stream.iommu()).stream())
        .map(IommuSpec::model)
        .filter(m -> kinds.choose(IommuKind.class, m, Flavour.FIDELITY).isEmpty())
        .findFirst();
  }

  private Outcome run(
      RecordedCase recorded,
      List<Operation> operations,
      YardState state,
      RecordedBoot boot,
      DebugReader debug) {
    List<Difference> differences = new ArrayList<>();
    Bench bench = new Bench(state, boot, recorded, () -> oopses.in(recorded.run()));
    state.events().record(true);
    long start = state.events().mark();
    long traceStart = start;
    debug.beginCase();
    for (Operation op : operations) {
      JsonObject expected = recorded.results().get(op.index());
      long before = state.events().mark();
      Answer answer = answer(bench, op, expected);
      if (debug.isOn()) {
        long errors = debug.errors(state.events().since(before));
        answer.errors(op.verb().equals("fresh") ? debug.leftBefore(expected, errors) : errors);
      }
      state.placements().clear();
      Comparison.compare(
          expected,
          answer.fields(),
          (field, was, is) ->
              differences.add(
                  difference(recorded, op.index() + " " + op.text(), field, was, is)));
      if (op.verb().equals("fresh")) {
        traceStart = state.events().mark();
      }
    }
    compareTrace(recorded, state.events().since(traceStart), boot, differences);
    compareLog(recorded, state.events().since(start), differences);
    debug
        .missing(recorded.log())
        .ifPresent(
            line -> differences.add(difference(recorded, "", "kmsg", line, "not said in turn")));
    if (debug.isOn()) {
      long end = state.events().mark();
      cleanUp(bench);
      debug.errors(state.events().since(end));
    }
    return differences.isEmpty() ? new Outcome.Agreed() : new Outcome.Differed(differences);
  }

  private Answer answer(Bench bench, Operation op, JsonObject recorded) {
    try {
      bench.callbacks().clear();
      Answer answer = commands.command(op.verb()).orElseThrow().run(bench, op, recorded);
      return bench.callbacks().isEmpty() ? answer : answer.texts("cb", bench.callbacks());
    } catch (KernelOops e) {
      return Answer.oops(e, bench.boot().board().machine().architecture());
    } catch (Operation.BrokenCommandException | BadInputException e) {
      throw e;
    } catch (RuntimeException e) {
      // A bug of the engine is a difference like any other: the rest of the record still counts.
      return new Answer().text("exception", e.toString());
    }
  }

  /** The recorder gives back what a case still holds, even one that killed its process. */
  private void cleanUp(Bench bench) {
    answer(bench, Operation.of(0, "reset", "after the case"), new JsonObject());
  }

  private static void compareTrace(
      RecordedCase recorded,
      List<DmaEvent> events,
      RecordedBoot boot,
      List<Difference> differences) {
    if (recorded.trace().isEmpty()) {
      return;
    }
    JsonArray trace = IommuTrace.of(events, boot.board());
    if (!Comparison.same(recorded.trace().get(), trace)) {
      differences.add(
          difference(recorded, "", "trace", recorded.trace().get().toString(), trace.toString()));
    }
  }

  private static void compareLog(
      RecordedCase recorded, List<DmaEvent> events, List<Difference> differences) {
    Set<MessageClass> raised = KernelLog.raised(events);
    Set<MessageClass> missing = EnumSet.noneOf(MessageClass.class);
    for (String line : recorded.log()) {
      KernelLog.classify(line).filter(c -> !raised.contains(c)).ifPresent(missing::add);
    }
    for (MessageClass kind : missing) {
      differences.add(difference(recorded, "", "kmsg", word(kind), "not raised"));
    }
  }

  private static String word(MessageClass kind) {
    return kind.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  private static Difference difference(
      RecordedCase recorded, String op, String field, String expected, String actual) {
    return new Difference(
        recorded.scenario(),
        recorded.run(),
        recorded.id(),
        op,
        field,
        expected,
        actual,
        Optional.empty());
  }
}
