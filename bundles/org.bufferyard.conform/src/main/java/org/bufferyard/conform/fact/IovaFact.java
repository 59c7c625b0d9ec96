package org.bufferyard.conform.fact;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.util.ArrayList;
import java.util.List;
import org.bufferyard.api.allocator.AdoptionDeclinedException;
import org.bufferyard.api.allocator.IovaAllocator;
import org.bufferyard.api.allocator.IovaAllocatorKind;
import org.bufferyard.api.allocator.IovaContext;
import org.bufferyard.api.allocator.IovaSpec;
import org.bufferyard.api.event.EventSink;
import org.bufferyard.api.kernel.Flavour;
import org.bufferyard.api.kernel.KernelProfile;
import org.bufferyard.conform.answer.Answer;
import org.bufferyard.conform.answer.RecordedPlaces;
import org.bufferyard.platform.input.BadInputException;
import org.bufferyard.platform.registry.Kinds;

/** A history of IOVA allocations, run on the allocator that yards would choose. */
public final class IovaFact {
  private static final String MODEL = "iova";

  private final Kinds kinds;

  public IovaFact(Kinds kinds) {
    this.kinds = kinds;
  }

  /** A book that has no yard around it. */
  private static final class FreshBook implements IovaContext {
    @Override
    public List<LiveIova> live() {
      return List.of();
    }

    @Override
    public KernelProfile kernel() {
      return KernelProfile.DEFAULT;
    }

    @Override
    public EventSink events() {
      return Unheard.EVENTS;
    }
  }

  /** One call: {@code first} is pages or lo or pfn, {@code second} limit or hi or pages. */
  private record Step(String op, long first, long second) {}

  /**
   * @throws IllegalArgumentException when the input has another shape
   */
  public JsonObject answer(JsonObject input) {
    IovaSpec spec =
        new IovaSpec(
            "facts",
            Long.numberOfTrailingZeros(number(input, "granule")),
            number(input, "startPfn"));
    List<Step> steps = steps(input);
    IovaAllocatorKind kind =
        kinds
            .choose(IovaAllocatorKind.class, MODEL, Flavour.FIDELITY)
            .orElseThrow(
                () ->
                    new BadInputException(
                        "no plug-in allocates IOVA", MODEL, "install the allocator bundle"));
    JsonArray results = new JsonArray();
    try (IovaAllocator book = kind.open(spec, new FreshBook())) {
      steps.forEach(step -> run(book, step, results));
    } catch (AdoptionDeclinedException e) {
      throw new IllegalStateException("an empty book was declined", e);
    }
    JsonObject answer = new JsonObject();
    answer.add("allocResultsInOrder", results);
    return answer;
  }

  private static List<Step> steps(JsonObject input) {
    if (!(input.get("ops") instanceof JsonArray ops)) {
      throw new IllegalArgumentException("no list ops");
    }
    List<Step> steps = new ArrayList<>();
    for (JsonElement element : ops) {
      if (!(element instanceof JsonObject op) || !op.has("op")) {
        throw new IllegalArgumentException("ops[" + steps.size() + "] is no operation");
      }
      String name = op.get("op").getAsString();
      steps.add(
          switch (name) {
            case "alloc" -> new Step(name, number(op, "pages"), number(op, "limitPfn"));
            case "free" -> new Step(name, number(op, "pfn"), number(op, "pages"));
            case "reserve" -> new Step(name, number(op, "lo"), number(op, "hi"));
            default -> throw new IllegalArgumentException("operation " + name);
          });
    }
    return steps;
  }

  private static void run(IovaAllocator book, Step step, JsonArray results) {
    switch (step.op()) {
      case "alloc" -> results.add(Answer.hex(book.allocate(step.first(), step.second(), true)));
      case "free" -> book.free(step.first(), step.second());
      default -> book.reserve(step.first(), step.second());
    }
  }

  private static long number(JsonObject object, String name) {
    return RecordedPlaces.number(object.get(name))
        .orElseThrow(() -> new IllegalArgumentException("no number " + name));
  }
}
