export const schema = `
  type Query {
    jobs(first: Int!): [Job!]!
    companies(first: Int!): [Company!]!
    job(slug: String!): Job
  }

  type Company {
    id: ID!
    name: String!
    slug: String!
    jobs(first: Int!): [Job!]!
  }

  type Job {
    id: ID!
    title: String!
    slug: String!
    publishedAt: String!
    workplace: String
    employmentTypes: [String!]!
    seniority: String
    company: Company!
    places: [JobPlace!]!
    skills: [JobSkill!]!
    salary: Pay
  }

  type JobPlace {
    text: String
    isPrimary: Boolean!
    place: Place
  }

  type Place {
    name: String!
    country: Country!
  }

  type Country {
    code: String!
    name: String!
  }

  type JobSkill {
    necessity: String!
    skill: Skill!
  }

  type Skill {
    name: String!
  }

  type Pay {
    period: String!
    min: Money
    max: Money
  }

  type Money {
    amount: String!
    currency: String!
  }
`;
