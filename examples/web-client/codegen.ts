import type { CodegenConfig } from "@graphql-codegen/cli";

// The board's schema is in the repository; a client elsewhere would name the address of /graphql/schema here.
const config: CodegenConfig = {
  schema: "../../schema/schema.graphql",
  documents: "src/operations.graphql",
  generates: {
    "src/generated/": {
      preset: "client",
      presetConfig: { fragmentMasking: false },
      config: {
        documentMode: "string",
        enumsAsTypes: true,
        useTypeImports: true,
        scalars: { DateTime: "string", URL: "string", HTML: "string", BigInt: "number", Decimal: "string" },
      },
    },
  },
};

export default config;
