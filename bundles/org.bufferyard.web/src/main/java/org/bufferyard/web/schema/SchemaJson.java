package org.bufferyard.web.schema;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.bufferyard.topology.edit.ModelPackage;
import org.bufferyard.topology.model.board.BoardPackage;
import org.eclipse.emf.ecore.EAttribute;
import org.eclipse.emf.ecore.EClass;
import org.eclipse.emf.ecore.EClassifier;
import org.eclipse.emf.ecore.EDataType;
import org.eclipse.emf.ecore.EEnum;
import org.eclipse.emf.ecore.EEnumLiteral;
import org.eclipse.emf.ecore.EModelElement;
import org.eclipse.emf.ecore.EReference;
import org.eclipse.emf.ecore.EStructuralFeature;
import org.eclipse.emf.ecore.util.EcoreUtil;
import org.eclipse.emf.ecore.util.ExtendedMetaData;

/** Ecore as a page needs it. One thread. */
final class SchemaJson {
  private static final String EDITOR = "http://bufferyard.org/editor";
  private static final String DEVICE = "http://bufferyard.org/device";

  private static final Map<String, String> CATEGORIES =
      Map.of(
          "device", "Devices", "bus", "Buses", "memory", "Memory", "pool", "Memory", "iommu", "IOMMUs");

  private final ClassNames names;

  SchemaJson(ClassNames names) {
    this.names = names;
  }

  JsonObject of(long schemaRev) {
    JsonObject json = new JsonObject();
    json.addProperty("schemaRev", schemaRev);
    json.addProperty("root", names.of(BoardPackage.Literals.TOPOLOGY));
    JsonObject packages = new JsonObject();
    names.packages().entrySet().stream()
        .sorted(Map.Entry.comparingByKey())
        .forEach(e -> packages.add(e.getKey(), ePackage(e.getValue())));
    json.add("packages", packages);
    JsonObject classes = new JsonObject();
    names.classes().forEach(c -> classes.add(names.of(c), eClass(c)));
    json.add("classes", classes);
    JsonObject enums = new JsonObject();
    names
        .classifiers()
        .forEach(
            c -> {
              if (c instanceof EEnum eEnum) {
                enums.add(names.of(eEnum), literals(eEnum));
              }
            });
    json.add("enums", enums);
    return json;
  }

  private static JsonObject ePackage(ModelPackage owner) {
    JsonObject json = new JsonObject();
    json.addProperty("nsURI", owner.ePackage().getNsURI());
    json.addProperty("doc", doc(owner.ePackage()));
    json.addProperty("bundle", owner.bundle());
    json.addProperty("version", owner.version());
    return json;
  }

  private static String doc(EModelElement element) {
    return Optional.ofNullable(EcoreUtil.getDocumentation(element)).orElse("");
  }

  private static JsonArray literals(EEnum eEnum) {
    JsonArray literals = new JsonArray();
    for (EEnumLiteral literal : eEnum.getELiterals()) {
      JsonObject json = new JsonObject();
      json.addProperty("value", literal.getLiteral());
      json.addProperty("doc", doc(literal));
      literals.add(json);
    }
    return literals;
  }

  private JsonObject eClass(EClass eClass) {
    JsonObject json = new JsonObject();
    String role = Shape.role(eClass);
    json.addProperty("label", eClass.getName());
    json.addProperty("doc", doc(eClass));
    json.addProperty("abstract", eClass.isAbstract() || eClass.isInterface());
    json.addProperty("role", role);
    JsonArray supers = new JsonArray();
    Shape.supers(eClass).forEach(s -> supers.add(names.of(s)));
    json.add("supers", supers);
    annotation(eClass, EDITOR, "category")
        .or(() -> Optional.ofNullable(CATEGORIES.get(role)))
        .ifPresent(v -> json.addProperty("category", v));
    annotation(eClass, EDITOR, "color").ifPresent(v -> json.addProperty("color", v));
    annotation(eClass, EDITOR, "icon").ifPresent(v -> json.addProperty("icon", v));
    JsonArray features = new JsonArray();
    Shape.features(eClass).forEach(f -> features.add(feature(f, eClass)));
    json.add("features", features);
    json.add("children", children(eClass));
    JsonArray edges = new JsonArray();
    Shape.edges(eClass).forEach(e -> edges.add(edge(e)));
    json.add("edges", edges);
    return json;
  }

  private static Optional<String> annotation(EModelElement element, String source, String key) {
    return Optional.ofNullable(EcoreUtil.getAnnotation(element, source, key));
  }

  private JsonArray children(EClass eClass) {
    JsonArray children = new JsonArray();
    for (EReference containment : Shape.containments(eClass)) {
      names
          .classes()
          .filter(c -> !c.isAbstract() && !c.isInterface())
          .filter(c -> containment.getEReferenceType().isSuperTypeOf(c))
          .forEach(
              c -> {
                JsonObject child = new JsonObject();
                child.addProperty("feature", containment.getName());
                child.addProperty("class", names.of(c));
                children.add(child);
              });
    }
    return children;
  }

  private JsonObject edge(Shape.Edge edge) {
    JsonObject json = new JsonObject();
    json.addProperty("feature", edge.feature().getName());
    edge.via()
        .ifPresent(
            via -> {
              json.addProperty("via", via.getName());
              json.addProperty("link", names.of(edge.feature().getEReferenceType()));
            });
    json.addProperty("target", names.of(edge.target()));
    json.addProperty("label", edge.feature().getName());
    json.addProperty("many", edge.feature().isMany());
    return json;
  }

  private JsonObject feature(EStructuralFeature feature, EClass owner) {
    JsonObject json = new JsonObject();
    json.addProperty("name", feature.getName());
    json.addProperty("doc", doc(feature));
    json.addProperty("many", feature.isMany());
    json.addProperty("required", feature.isRequired());
    json.addProperty("unsettable", feature.isUnsettable());
    json.addProperty("readOnly", Shape.isReadOnly(feature));
    annotation(feature, EDITOR, "unit").ifPresent(v -> json.addProperty("unit", v));
    switch (feature) {
      case EReference reference -> {
        json.addProperty("kind", reference.isContainment() ? "containment" : "reference");
        json.addProperty("type", "class");
        json.addProperty("target", names.of(reference.getEReferenceType()));
      }
      case EAttribute attribute -> attribute(json, attribute, owner);
      default -> throw new IllegalStateException("no kind of feature: " + feature.getName());
    }
    return json;
  }

  private void attribute(JsonObject json, EAttribute attribute, EClass owner) {
    EDataType type = attribute.getEAttributeType();
    json.addProperty("kind", "attribute");
    json.addProperty("type", typeWord(type));
    if (type instanceof EEnum) {
      json.addProperty("enum", names.of(type));
    }
    String preset = attribute.getDefaultValueLiteral();
    if (preset != null) {
      // As the file would have it: a size that the model gives in bytes reads 4K.
      json.addProperty("default", EcoreUtil.convertToString(type, attribute.getDefaultValue()));
    }
    facet(type, "pattern").ifPresent(v -> json.addProperty("pattern", v));
    facet(type, "minInclusive").ifPresent(v -> json.addProperty("min", v));
    facet(type, "maxInclusive").ifPresent(v -> json.addProperty("max", v));
    if (attribute == BoardPackage.Literals.DEVICE__MODEL) {
      List<String> models = models(owner);
      if (!models.isEmpty()) {
        JsonArray suggestions = new JsonArray();
        models.forEach(suggestions::add);
        json.add("suggest", suggestions);
      }
    }
  }

  /** The models of hardware that a device type stands for. */
  static List<String> models(EClass eClass) {
    return annotation(eClass, DEVICE, "models").map(v -> List.of(v.split(" "))).orElse(List.of());
  }

  private static Optional<String> facet(EDataType type, String name) {
    return annotation(type, ExtendedMetaData.ANNOTATION_URI, name);
  }

  static String typeWord(EClassifier type) {
    if (type instanceof EEnum) {
      return "enum";
    }
    if (type.getEPackage() == BoardPackage.eINSTANCE) {
      switch (type.getName()) {
        case "Address", "Size", "Cells" -> {
          return type.getName().toLowerCase(java.util.Locale.ROOT);
        }
        default -> {}
      }
    }
    String java = String.valueOf(type.getInstanceClassName());
    return switch (java) {
      case "boolean", "java.lang.Boolean" -> "boolean";
      case "int", "java.lang.Integer", "short", "java.lang.Short", "byte", "java.lang.Byte" ->
          "int";
      case "long", "java.lang.Long", "java.math.BigInteger" -> "long";
      default -> "string";
    };
  }
}
