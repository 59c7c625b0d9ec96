package org.bufferyard.itest.dynamics;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.bufferyard.api.kernel.Flavour;
import org.bufferyard.platform.registry.KindStatus.State;

/**
 * The rule of choosing, written down plainly: the highest ranking wins, of equals the one that came
 * first; who cannot be got is refused when somebody first wants it, until its properties change; who
 * broke stays out of use whatever they become.
 */
final class ChoiceModel {
  private static final List<String> FLAVOURS = List.of(Flavour.FIDELITY, Flavour.FAST);

  /** In the order of their coming, which is that of service.id. */
  private final List<OfferedKind> offered = new ArrayList<>();

  private final Map<OfferedKind, State> outOfUse = new HashMap<>();
  private final Map<OfferedKind, String> reasons = new HashMap<>();

  /** A line of the status; of the reasons any will do. */
  record Line(
      String kind, String model, String provider, int ranking, State state, Set<String> reasons) {}

  void add(OfferedKind kind) {
    offered.add(kind);
    judge(kind);
  }

  void remove(OfferedKind kind) {
    offered.remove(kind);
    outOfUse.remove(kind);
  }

  /** New properties, new luck, but for who broke. */
  void judge(OfferedKind kind) {
    if (outOfUse.get(kind) == State.QUARANTINED) {
      return;
    }
    outOfUse.remove(kind);
    if (kind.properties().modelNames().isEmpty()) {
      refuse(kind, "no 'models' property: nothing in a topology can ask for it");
    }
  }

  private void refuse(OfferedKind kind, String reason) {
    outOfUse.put(kind, State.REFUSED);
    reasons.put(kind, reason);
  }

  void quarantine(OfferedKind kind, String reason) {
    outOfUse.put(kind, State.QUARANTINED);
    reasons.put(kind, reason);
  }

  Optional<OfferedKind> choose(Class<?> type, String model, String flavour) {
    while (true) {
      Optional<OfferedKind> best = best(type, model, flavour);
      if (best.isEmpty() || best.get().getting == OfferedKind.Getting.WORKS) {
        return best;
      }
      refuse(best.get(), "its component could not be activated: see the log or scr:info");
    }
  }

  private Optional<OfferedKind> best(Class<?> type, String model, String flavour) {
    OfferedKind best = null;
    for (OfferedKind kind : offered) {
      if (kind.type == type
          && !outOfUse.containsKey(kind)
          && serves(kind, model, flavour)
          && (best == null || kind.properties().ranking() > best.properties().ranking())) {
        best = kind;
      }
    }
    return Optional.ofNullable(best);
  }

  private static boolean serves(OfferedKind kind, String model, String flavour) {
    String own = kind.properties().flavour();
    return kind.properties().modelNames().contains(model)
        && (own.isEmpty() || own.equals(flavour));
  }

  List<String> models(Class<?> type) {
    Set<String> models = new TreeSet<>();
    for (OfferedKind kind : offered) {
      if (kind.type == type && !outOfUse.containsKey(kind)) {
        models.addAll(kind.properties().modelNames());
      }
    }
    return List.copyOf(models);
  }

  List<Line> status() {
    List<Line> lines = new ArrayList<>();
    for (OfferedKind kind : offered) {
      List<String> models = kind.properties().modelNames();
      for (String model : models.isEmpty() ? List.of("") : models) {
        lines.add(line(kind, model));
      }
    }
    lines.sort(
        Comparator.comparing(Line::kind)
            .thenComparing(Line::model)
            .thenComparing(Line::ranking, Comparator.reverseOrder())
            .thenComparing(Line::provider));
    return lines;
  }

  private Line line(OfferedKind kind, String model) {
    State state = outOfUse.get(kind);
    Set<String> why = state == null ? Set.of("") : Set.of(reasons.get(kind));
    if (state == null) {
      List<OfferedKind> winners =
          FLAVOURS.stream()
              .filter(flavour -> serves(kind, model, flavour))
              .map(flavour -> best(kind.type, model, flavour).orElseThrow())
              .toList();
      state = winners.contains(kind) ? State.USED : State.SHADOWED;
      if (state == State.SHADOWED) {
        why = new TreeSet<>(winners.stream().map(winner -> shadowedBy(kind, winner)).toList());
      }
    }
    return new Line(
        kind.type.getSimpleName(), model, kind.name, kind.properties().ranking(), state, why);
  }

  private static String shadowedBy(OfferedKind loser, OfferedKind winner) {
    return loser.properties().ranking() == winner.properties().ranking()
        ? winner.name + " has the same ranking and came earlier"
        : winner.name + " has ranking " + winner.properties().ranking();
  }
}
