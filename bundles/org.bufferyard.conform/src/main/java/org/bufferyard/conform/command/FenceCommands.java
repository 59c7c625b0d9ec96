package org.bufferyard.conform.command;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import java.util.Map;
import java.util.Optional;
import org.bufferyard.api.dmabuf.DmaFence;
import org.bufferyard.api.dmabuf.DmaResv;
import org.bufferyard.api.dmabuf.FenceUsage;
import org.bufferyard.conform.answer.Answer;
import org.bufferyard.conform.bench.Bench;
import org.bufferyard.conform.bench.BenchObject;
import org.bufferyard.conform.record.Operation;

/** Fences and reservations: fnew, fsig, fstat, fadd, frep, ftest, fwait, fwait1, flist. */
final class FenceCommands {
  /** The recorder's contexts are numbered from the first that it got; 0 is the stub's. */
  private static final long FIRST_CONTEXT = 1;

  private static final int MAX_ERRNO = 4095;

  private FenceCommands() {}

  static void addTo(Map<String, Command> commands) {
    commands.put("fnew", FenceCommands::create);
    commands.put("fsig", FenceCommands::signal);
    commands.put("fstat", FenceCommands::status);
    commands.put("fadd", FenceCommands::add);
    commands.put("frep", FenceCommands::replace);
    commands.put("ftest", FenceCommands::test);
    commands.put("fwait", FenceCommands::waitForAll);
    commands.put("fwait1", FenceCommands::waitForOne);
    commands.put("flist", FenceCommands::list);
  }

  private static Optional<DmaFence> fence(Bench bench, String name) {
    return bench.find(BenchObject.Signal.class, name).map(BenchObject.Signal::fence);
  }

  private static Optional<DmaResv> reservation(Bench bench, String name) {
    return bench.find(BenchObject.Shared.class, name).map(s -> s.buffer().reservation());
  }

  private static FenceUsage usage(Operation op, int word) {
    long number = op.number(word);
    if (number < 0 || number >= FenceUsage.values().length) {
      throw op.wrong("has no usage in word " + word);
    }
    return FenceUsage.values()[(int) number];
  }

  private static Answer create(Bench bench, Operation op, JsonObject recorded) {
    DmaFence fence =
        bench.state().dmaBufs().newFence(FIRST_CONTEXT + op.number(2), op.number(3));
    bench.put(op.word(1), new BenchObject.Signal(fence));
    return Answer.rc(0);
  }

  private static Answer signal(Bench bench, Operation op, JsonObject recorded) {
    Optional<DmaFence> fence = fence(bench, op.word(1));
    if (fence.isEmpty()) {
      return Answer.noObject();
    }
    long error = op.number(2, 0);
    if (error < 0 || error > MAX_ERRNO) {
      throw op.wrong("has no errno in word 2");
    }
    if (error != 0 && !fence.get().isSignaled()) {
      fence.get().setError((int) -error);
    }
    int rc = fence.get().signal();
    return new Answer().number("status", fence.get().status()).number("rc", rc);
  }

  private static Answer status(Bench bench, Operation op, JsonObject recorded) {
    Optional<DmaFence> found = fence(bench, op.word(1));
    if (found.isEmpty()) {
      return Answer.noObject();
    }
    DmaFence fence = found.get();
    return new Answer()
        .number("status", fence.status())
        .number("signaled", fence.isSignaled() ? 1 : 0)
        .number("refs", fence.references())
        .number("rc", 0);
  }

  private static Answer add(Bench bench, Operation op, JsonObject recorded) {
    Optional<DmaResv> reservation = reservation(bench, op.word(1));
    Optional<DmaFence> fence = fence(bench, op.word(2));
    if (reservation.isEmpty() || fence.isEmpty()) {
      return Answer.noObject();
    }
    reservation.get().add(fence.get(), usage(op, 3));
    return Answer.rc(0);
  }

  private static Answer replace(Bench bench, Operation op, JsonObject recorded) {
    Optional<DmaResv> reservation = reservation(bench, op.word(1));
    Optional<DmaFence> fence = fence(bench, op.word(3));
    if (reservation.isEmpty() || fence.isEmpty()) {
      return Answer.noObject();
    }
    reservation.get().replace(FIRST_CONTEXT + op.number(2), fence.get(), usage(op, 4));
    return Answer.rc(0);
  }

  private static Answer test(Bench bench, Operation op, JsonObject recorded) {
    return reservation(bench, op.word(1))
        .map(r -> Answer.rc(r.isSignaled(usage(op, 2)) ? 1 : 0))
        .orElseGet(Answer::noObject);
  }

  /** 1 signalled, 0 timeout: the recorder does not say what was left of the time. */
  private static Answer waitForAll(Bench bench, Operation op, JsonObject recorded) {
    return reservation(bench, op.word(1))
        .map(r -> Answer.rc(r.waitTimeout(usage(op, 2), op.number(3)) > 0 ? 1 : 0))
        .orElseGet(Answer::noObject);
  }

  private static Answer waitForOne(Bench bench, Operation op, JsonObject recorded) {
    return fence(bench, op.word(1))
        .map(f -> Answer.rc(f.waitTimeout(op.number(2)) > 0 ? 1 : 0))
        .orElseGet(Answer::noObject);
  }

  private static Answer list(Bench bench, Operation op, JsonObject recorded) {
    Optional<DmaResv> reservation = reservation(bench, op.word(1));
    if (reservation.isEmpty()) {
      return Answer.noObject();
    }
    JsonArray fences = new JsonArray();
    for (DmaResv.Entry entry : reservation.get().fences(usage(op, 2))) {
      JsonArray line = new JsonArray();
      line.add(entry.fence().context() - FIRST_CONTEXT);
      line.add(entry.fence().seqno());
      line.add(entry.usage().ordinal());
      fences.add(line);
    }
    return new Answer().put("fences", fences).number("rc", 0);
  }
}
