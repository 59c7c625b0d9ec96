package org.bufferyard.registry;

import java.util.Collection;
import java.util.List;
import java.util.Objects;
import org.bufferyard.api.kernel.Flavour;
import org.bufferyard.api.kernel.Models;
import org.osgi.framework.Bundle;
import org.osgi.framework.Constants;
import org.osgi.framework.ServiceReference;
import org.osgi.service.component.ComponentConstants;
import org.osgi.service.component.ComponentServiceObjects;

/**
 * One plug-in service as its properties describe it. The service itself stays ungot until somebody
 * chooses it.
 *
 * @param id {@code service.id}, by which a candidate is told from another
 * @param models strings it answers to; empty: nobody can ask for it
 * @param flavour empty: it serves both
 * @param implementation whose code it runs
 * @param verdict why it may not be chosen, if it may not
 */
record Candidate<K>(
    ComponentServiceObjects<K> objects,
    long id,
    int ranking,
    String provider,
    List<String> models,
    String flavour,
    Implementation implementation,
    Verdict verdict) {

  /** Whether a candidate may be chosen, and why not. */
  sealed interface Verdict {
    record Eligible() implements Verdict {}

    record Refused(String reason) implements Verdict {}

    record Quarantined(String reason) implements Verdict {}
  }

  Candidate {
    Objects.requireNonNull(objects, "objects");
    models = List.copyOf(models);
  }

  static <K> Candidate<K> of(ComponentServiceObjects<K> objects) {
    ServiceReference<K> reference = objects.getServiceReference();
    List<String> models = strings(reference.getProperty(Models.KEY));
    Verdict verdict =
        models.isEmpty()
            ? new Verdict.Refused(
                "no '" + Models.KEY + "' property: nothing in a topology can ask for it")
            : new Verdict.Eligible();
    long id = reference.getProperty(Constants.SERVICE_ID) instanceof Long number ? number : 0L;
    return new Candidate<>(
        objects,
        id,
        reference.getProperty(Constants.SERVICE_RANKING) instanceof Integer ranking ? ranking : 0,
        provider(reference),
        models,
        reference.getProperty(Flavour.KEY) instanceof String flavour ? flavour : "",
        Implementation.of(reference, id),
        verdict);
  }

  Candidate<K> with(Verdict newVerdict) {
    return new Candidate<>(
        objects, id, ranking, provider, models, flavour, implementation, newVerdict);
  }

  boolean isEligible() {
    return verdict instanceof Verdict.Eligible;
  }

  boolean serves(String model, String wantedFlavour) {
    return models.contains(model) && (flavour.isEmpty() || flavour.equals(wantedFlavour));
  }

  /** Best first: higher ranking, then the older service, as the framework orders references. */
  static int order(Candidate<?> a, Candidate<?> b) {
    int byRanking = Integer.compare(b.ranking, a.ranking);
    return byRanking != 0 ? byRanking : Long.compare(a.id, b.id);
  }

  private static String provider(ServiceReference<?> reference) {
    if (reference.getProperty(ComponentConstants.COMPONENT_NAME) instanceof String name) {
      return name;
    }
    // A reference loses its bundle when the service is unregistered under our feet.
    Bundle bundle = reference.getBundle();
    return bundle == null ? "a bundle that left" : bundle.getSymbolicName();
  }

  static List<String> strings(Object property) {
    return switch (property) {
      case String one when !one.isBlank() -> List.of(one);
      case String[] many -> List.of(many);
      case Collection<?> many -> many.stream().map(Object::toString).toList();
      case null, default -> List.of();
    };
  }
}
